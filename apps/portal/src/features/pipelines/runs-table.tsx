"use client";

import { Duration, EmptyState, RunStrip, StatusBadge, TextLink, Time } from "@trellis/ui";
import { type Column, DataTable } from "@trellis/ui/table";
import { CirclePlay } from "lucide-react";
import type { ReactNode } from "react";
import type { Outputs } from "@/live/trpc";
import { triggerWords } from "./trigger-words";

export type RunRow = Outputs["pipelines"]["runs"]["items"][number];

/** Columns that a compact table has no room for. */
const LEFT_OUT = new Set(["who", "commit"]);

const path = (row: RunRow): string => `/projects/${row.project.slug}/runs/${row.number}`;

type Props = {
  rows: RunRow[];
  showProject?: boolean;
  /** For a column of a page: what the run's own page tells is left out. */ compact?: boolean;
  loading?: boolean;
  empty?: ReactNode;
  onLoadMore?(): void;
  hasMore?: boolean;
};

/** Runs as rows: state, stages, trigger, duration, result. */
export function RunsTable({ rows, showProject = true, compact = false, loading, empty, onLoadMore, hasMore }: Props) {
  const all: Column<RunRow>[] = [
    {
      id: "status",
      header: "Status",
      width: 130,
      cell: (row) => <StatusBadge variant="text" status={row.status} kind="run" title={row.reason} />,
      csv: (row) => row.status,
    },
    {
      id: "run",
      header: "Run",
      cell: (row) => (
        <TextLink href={path(row)} className="whitespace-nowrap">
          {showProject ? `${row.project.slug} ${row.number}` : `Run ${row.number}`}
        </TextLink>
      ),
      csv: (row) => `${row.project.slug} ${row.number}`,
    },
    { id: "pipeline", header: "Pipeline", cell: (row) => row.pipelineName, csv: (row) => row.pipelineName, hideBelow: "md" },
    {
      id: "stages",
      header: "Steps",
      hideBelow: "md",
      cell: (row) => (
        <RunStrip
          label={`Steps of run ${row.number}`}
          runs={row.stages.map((stage) => ({ id: stage.key, status: stage.status, label: `${stage.key}: ${stage.status}` }))}
        />
      ),
      csv: (row) => `${row.steps.done}/${row.steps.total}`,
    },
    { id: "trigger", header: "Trigger", hideBelow: "lg", cell: (row) => triggerWords(row.triggerKind), csv: (row) => row.triggerKind },
    { id: "who", header: "Started by", hideBelow: "lg", cell: (row) => row.requestedByName, csv: (row) => row.requestedByName },
    { id: "commit", header: "Commit", mono: true, hideBelow: "xl", cell: (row) => row.commit.slice(0, 8), csv: (row) => row.commit },
    { id: "created", header: "Started", cell: (row) => <Time at={row.createdAt} />, csv: (row) => row.createdAt.toISOString(), sort: (row) => row.createdAt },
    {
      id: "duration",
      header: "Duration",
      align: "right",
      cell: (row) => (row.startedAt ? <Duration from={row.startedAt} to={row.endedAt} live={row.endedAt === null} /> : "–"),
    },
    {
      id: "version",
      header: "Result",
      hideBelow: "md",
      cell: (row) =>
        row.version ? (
          <TextLink href={`/models/${row.version.modelName}/versions/${row.version.version}`} className="whitespace-nowrap">
            {compact ? `v${row.version.version}` : `${row.version.modelName} v${row.version.version}`}
          </TextLink>
        ) : null,
    },
  ];
  const columns = compact ? all.filter(({ id }) => !LEFT_OUT.has(id)) : all;
  return (
    <DataTable
      label="Runs"
      rows={rows}
      columns={columns}
      rowKey={(row) => row.id}
      rowHref={path}
      loading={loading}
      keyboard="page"
      csvName={compact ? undefined : "runs"}
      onLoadMore={onLoadMore}
      hasMore={hasMore}
      empty={
        empty ?? (
          <EmptyState icon={CirclePlay} title="No runs yet">
            A project starts its first run when it is created. Later ones start by hand, by drift or from the command line: trellis run.
          </EmptyState>
        )
      }
    />
  );
}
