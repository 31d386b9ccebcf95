"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { NotificationsMenu } from "@trellis/ui";
import { Activity, CircleX, Rocket, Stamp } from "lucide-react";
import { useLive } from "@/live/live-topics";
import { useTRPC } from "@/live/trpc";
import { usePerson } from "./person";

const LOOKS = {
  approval_wanted: { icon: Stamp, tone: "accent" },
  change_request_decided: { icon: Stamp, tone: "neutral" },
  run_failed: { icon: CircleX, tone: "fail" },
  drift_alert: { icon: Activity, tone: "warn" },
  deployment_changed: { icon: Rocket, tone: "neutral" },
} as const;

/** The bell with the person's messages. */
export function Inbox() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const person = usePerson();
  const queryKey = trpc.notifications.list.queryKey();
  const inbox = useQuery(trpc.notifications.list.queryOptions({ limit: 20 }));
  useLive(`notifications:${person.id}`, trpc.notifications.list.pathKey());
  const markRead = useMutation(trpc.notifications.markRead.mutationOptions({ onSuccess: () => queryClient.invalidateQueries({ queryKey }) }));
  return (
    <NotificationsMenu
      unread={inbox.data?.unread ?? 0}
      loading={inbox.isPending}
      onRead={(id) => markRead.mutate({ ids: [id] })}
      onReadAll={() => markRead.mutate({})}
      items={(inbox.data?.items ?? []).map((item) => ({
        id: item.id,
        title: item.title,
        detail: item.body,
        at: item.createdAt,
        href: item.href,
        unread: item.readAt === null,
        ...LOOKS[item.kind as keyof typeof LOOKS],
      }))}
    />
  );
}
