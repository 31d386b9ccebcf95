"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Card, EmptyState, ErrorState, FilterBar, PageHeader, SegmentedControl } from "@trellis/ui";
import { CirclePlay } from "lucide-react";
import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from "nuqs";
import { useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { NextScheduled } from "./next-scheduled";
import { RunsDay } from "./runs-day";
import { RunsTable } from "./runs-table";
import { triggerWords } from "./trigger-words";

const STATUSES = ["running", "queued", "failed", "errored", "succeeded", "cancelled"] as const;
const TRIGGERS = ["manual", "schedule", "push", "data", "drift", "pipeline", "webhook", "backfill", "scaffold", "retry"] as const;

/** Those that many look for; the others are for links. */
const TRIGGER_CHIPS = ["schedule", "drift", "backfill"] as const;

/** Every run that the person may see, live, with filters in the address. */
export function RunsPage() {
  useCrumbs({ label: "Runs" });
  const trpc = useTRPC();
  const [filters, setFilters] = useQueryStates({
    search: parseAsString.withDefault(""),
    status: parseAsArrayOf(parseAsStringLiteral(STATUSES)).withDefault([]),
    trigger: parseAsArrayOf(parseAsStringLiteral(TRIGGERS)).withDefault([]),
    mine: parseAsBoolean.withDefault(false),
  });
  const [view, setView] = useQueryState("view", parseAsStringLiteral(["table", "day"] as const).withDefault("table"));
  const input = {
    ...(filters.search ? { search: filters.search } : {}),
    ...(filters.status.length > 0 ? { status: filters.status } : {}),
    ...(filters.trigger.length > 0 ? { trigger: filters.trigger } : {}),
    mine: filters.mine,
  };
  const runs = useInfiniteQuery(trpc.pipelines.runs.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
  useLive("runs:*", trpc.pipelines.runs.pathKey());
  const rows = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = filters.search !== "" || filters.status.length > 0 || filters.trigger.length > 0 || filters.mine;
  const toggle = <Value,>(list: Value[], value: Value): Value[] => (list.includes(value) ? list.filter((entry) => entry !== value) : [...list, value]);
  return (
    <>
      <PageHeader
        title="Runs"
        meta={view === "day" ? "Pipelines of all projects, by time of day" : "Pipelines of all projects, newest first"}
        actions={
          <SegmentedControl
            label="View of the runs"
            size="sm"
            value={view}
            onChange={(value) => void setView(value)}
            items={[
              { value: "table", label: "Table" },
              { value: "day", label: "Day" },
            ]}
          />
        }
      />
      {runs.isError ? (
        <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />
      ) : (
        <Card flush>
          <FilterBar
            search={{ value: filters.search, onValueChange: (search) => void setFilters({ search }), placeholder: "Run, project, pipeline or person" }}
            chips={[
              { id: "mine", label: "Mine", active: filters.mine, onToggle: () => void setFilters({ mine: !filters.mine }) },
              ...STATUSES.map((status) => ({
                id: status,
                label: status.replace(/^./, (first) => first.toUpperCase()),
                active: filters.status.includes(status),
                onToggle: () => void setFilters({ status: toggle(filters.status, status) }),
              })),
              ...TRIGGER_CHIPS.map((trigger) => ({
                id: trigger,
                label: triggerWords(trigger),
                active: filters.trigger.includes(trigger),
                onToggle: () => void setFilters({ trigger: toggle(filters.trigger, trigger) }),
              })),
            ]}
            onClear={filtered ? () => void setFilters(null) : undefined}
          />
          {view === "day" ? (
            <RunsDay mine={filters.mine} matches={(run) => matchesFilters(run, filters)} />
          ) : (
            <RunsTable
              rows={rows}
              loading={runs.isPending}
              hasMore={runs.hasNextPage}
              onLoadMore={() => void runs.fetchNextPage()}
              empty={
                filtered ? (
                  <EmptyState icon={CirclePlay} title="No run matches">
                    Take a filter away to see more.
                  </EmptyState>
                ) : undefined
              }
            />
          )}
        </Card>
      )}
      <NextScheduled />
    </>
  );
}

type DayRun = Outputs["pipelines"]["timeline"]["items"][number];
type Filters = { search: string; status: readonly string[]; trigger: readonly string[] };

/** The same filters on runs that are at hand. */
function matchesFilters(run: DayRun, filters: Filters): boolean {
  const text = `${run.number} ${run.pipelineName} ${run.project.slug} ${run.project.title} ${run.requestedByName}`.toLowerCase();
  return (
    (filters.status.length === 0 || filters.status.includes(run.status)) &&
    (filters.trigger.length === 0 || filters.trigger.includes(run.triggerKind)) &&
    text.includes(filters.search.toLowerCase())
  );
}
