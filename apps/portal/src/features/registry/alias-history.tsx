"use client";

import { Badge, Card, Duration, EmptyState, TextLink, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { History } from "lucide-react";
import { useState } from "react";
import type { Outputs } from "@/live/trpc";
import { modelHref } from "./model-links";

type Model = Outputs["registry"]["model"];

/** Who was what, and when: each time during which an alias named a version, as a bar on one scale and as a row. */
export function AliasHistory({ model }: { model: Model }) {
  const intervals = model.aliasHistory;
  return (
    <Card title="Who was what, and when" flush className="mt-4">
      {intervals.length > 0 ? <Bars intervals={intervals} /> : null}
      <DataTable
        label="Times of aliases"
        rows={intervals}
        rowKey={(row) => `${row.alias} ${row.from.toISOString()} ${row.version}`}
        csvName={`${model.name}-aliases`}
        empty={
          <EmptyState icon={History} title="No alias has moved yet" compact>
            A deployment to production moves champion.
          </EmptyState>
        }
        columns={[
          { id: "alias", header: "Alias", cell: (row) => <Badge tone={row.until ? "neutral" : "accent"}>{row.alias}</Badge>, csv: (row) => row.alias },
          {
            id: "version",
            header: "Version",
            cell: (row) => <TextLink href={modelHref(model.name, row.version)}>{`v${row.version}`}</TextLink>,
            csv: (row) => row.version,
          },
          { id: "from", header: "From", cell: (row) => <Time at={row.from} />, sort: (row) => row.from, csv: (row) => row.from.toISOString() },
          {
            id: "until",
            header: "Until",
            cell: (row) => (row.until ? <Time at={row.until} /> : "now"),
            csv: (row) => row.until?.toISOString() ?? "",
          },
          {
            id: "lasted",
            header: "For",
            align: "right",
            hideBelow: "md",
            cell: (row) => (row.until ? <Duration ms={row.until.getTime() - row.from.getTime()} /> : ""),
          },
          { id: "by", header: "Moved by", hideBelow: "md", cell: (row) => row.movedBy, csv: (row) => row.movedBy },
          { id: "reason", header: "Why", hideBelow: "lg", cell: (row) => row.reason, csv: (row) => row.reason },
        ]}
      />
    </Card>
  );
}

/** One line an alias; the widths are shares of the time since the first move. */
function Bars({ intervals }: { intervals: Model["aliasHistory"] }) {
  const [now] = useState(() => Date.now());
  const start = Math.min(...intervals.map((interval) => interval.from.getTime()));
  const share = (ms: number): string => `${(100 * ms) / Math.max(now - start, 1)}%`;
  const aliases = [...new Set(intervals.map((interval) => interval.alias))];
  return (
    <ul aria-hidden className="flex flex-col gap-2 border-b border-line px-4 py-3">
      {aliases.map((alias) => (
        <li key={alias} className="flex items-center gap-3">
          <span className="w-24 shrink-0 truncate text-sm text-ink-2">{alias}</span>
          <span className="relative h-5 min-w-0 flex-1 overflow-hidden rounded-sm bg-sunken">
            {intervals
              .filter((interval) => interval.alias === alias)
              .map((interval) => {
                const from = interval.from.getTime();
                return (
                  <span
                    key={`${from}`}
                    style={{ left: share(from - start), width: share((interval.until?.getTime() ?? now) - from) }}
                    className={`absolute inset-y-0 overflow-hidden border-l border-surface px-1 text-xs leading-5 whitespace-nowrap ${interval.until ? "bg-accent-soft text-ink-2" : "bg-accent text-on-accent"}`}
                  >
                    {`v${interval.version}`}
                  </span>
                );
              })}
          </span>
        </li>
      ))}
    </ul>
  );
}
