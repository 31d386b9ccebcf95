"use client";

import { useQuery } from "@tanstack/react-query";
import { Button } from "@trellis/ui";
import { LogView } from "@trellis/ui/log";
import { RefreshCw } from "lucide-react";
import { PageFrame } from "@/features/shell";
import { useTRPC } from "@/live/trpc";

/** The end of the serving process's log. */
export function DeploymentLog({ deployment }: { deployment: string }) {
  const trpc = useTRPC();
  const log = useQuery(trpc.delivery.log.queryOptions({ deployment }));
  return (
    <PageFrame query={log}>
      {(data) => (
        <LogView
          label={`Log of ${deployment}`}
          lines={data.text === "" ? [] : data.text.trimEnd().split("\n")}
          empty="Nothing was written."
          toolbar={
            <Button size="sm" icon={RefreshCw} loading={log.isFetching} onClick={() => void log.refetch()}>
              Read again
            </Button>
          }
        />
      )}
    </PageFrame>
  );
}
