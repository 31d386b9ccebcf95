"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Card, EmptyState, ErrorState, FilterBar, PageHeader } from "@trellis/ui";
import { CirclePlay } from "lucide-react";
import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { useTRPC } from "@/live/trpc";
import { NextScheduled } from "./next-scheduled";
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
      <PageHeader title="Runs" meta="Pipelines of all projects, newest first" />
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
        </Card>
      )}
      <NextScheduled />
    </>
  );
}
