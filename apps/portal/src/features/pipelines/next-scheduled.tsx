"use client";

import { useQuery } from "@tanstack/react-query";
import { Card, TextLink, Time } from "@trellis/ui";
import { useLive } from "@/live/live-topics";
import { useTRPC } from "@/live/trpc";

/** The next runs that schedules will start; nothing when there are none. */
export function NextScheduled() {
  const trpc = useTRPC();
  const next = useQuery(trpc.pipelines.nextScheduled.queryOptions({ limit: 6 }));
  useLive("runs:*", trpc.pipelines.nextScheduled.pathKey());
  if (!next.data || next.data.length === 0) return null;
  return (
    <Card title="Next scheduled runs" flush className="mt-4">
      <ul className="divide-y divide-line">
        {next.data.map((one) => (
          <li key={`${one.triggerId} ${one.at.toISOString()}`} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2">
            <span className="w-32">
              <Time at={one.at} />
            </span>
            <TextLink href={`/projects/${one.project.slug}`}>{one.project.slug}</TextLink>
            <span>{one.pipelineName}</span>
            <span className="ml-auto font-mono text-xs text-ink-3">{`${one.cron} ${one.timezone}`}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
