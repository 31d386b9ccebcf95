"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { buttonClasses, Card, EmptyState, ErrorState, SegmentedControl } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Download, FlaskConical } from "lucide-react";
import { useState } from "react";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { BulkActions } from "./bulk-actions";
import { ColumnPicker } from "./column-picker";
import { FilterBox, type FilterProblem } from "./filter-box";
import { runHref } from "./run-links";
import { runTableColumns } from "./run-table-columns";
import { SavedViews } from "./saved-views";
import { useRunQuery } from "./use-run-query";

type Experiment = Outputs["tracking"]["experiment"];

const NO_KEYS = { metrics: [], params: [], tags: [] };

/** The runs of an experiment, with the columns, filter and order that the person chose. */
export function RunsView({ experiment }: { experiment: Experiment }) {
  const trpc = useTRPC();
  const experimentIds = [experiment.id];
  const { state, setState, setColumns, query, open } = useRunQuery(experiment.id);
  const [selected, setSelected] = useState<string[]>([]);
  const keys = useQuery(trpc.tracking.runKeys.queryOptions({ experimentIds }));
  const input = {
    experimentIds,
    state: state.state,
    sort: state.sort,
    descending: state.descending,
    ...(state.filter ? { filter: state.filter } : {}),
    ...(state.columns ? { columns: state.columns } : {}),
  };
  const runs = useInfiniteQuery(
    trpc.tracking.runTable.infiniteQueryOptions(input, {
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: (before) => before,
      retry: false,
    }),
  );
  useLive(`experiment:${experiment.id}`, trpc.tracking.runTable.pathKey(), trpc.tracking.runKeys.pathKey());
  useLive(`runs:${experiment.project.id}`, trpc.tracking.runTable.pathKey());
  const problem = problemOf(runs.error);
  const pages = problem ? [] : (runs.data?.pages ?? []);
  const rows = pages.flatMap((page) => page.rows);
  const columns = state.columns ?? pages[0]?.columns ?? [];
  const filtered = state.filter !== "" || state.state !== "active";
  return (
    <Card flush>
      <div role="search" className="flex flex-wrap items-start gap-2 border-b border-line px-3 py-2">
        <FilterBox value={state.filter} onApply={(filter) => setState({ filter })} keys={keys.data ?? NO_KEYS} problem={problem} />
        <div className="flex flex-wrap items-center gap-2">
          <SegmentedControl
            label="Which runs"
            value={state.state}
            onChange={(value) => {
              setSelected([]);
              setState({ state: value });
            }}
            items={[
              { value: "active", label: "Active" },
              { value: "deleted", label: "Deleted" },
            ]}
          />
          <ColumnPicker keys={keys.data ?? NO_KEYS} columns={columns} onChange={setColumns} />
          <SavedViews area={`experiment:${experiment.id}`} query={query} onOpen={open} />
          <a className={buttonClasses("ghost", "sm")} href={csvHref(input)} download>
            <Download aria-hidden className="size-3.5" />
            CSV
          </a>
        </div>
      </div>
      {selected.length > 0 ? (
        <BulkActions selected={selected} deleted={state.state === "deleted"} mayWrite={experiment.abilities.write} onDone={() => setSelected([])} />
      ) : null}
      {runs.isError && !problem ? (
        <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />
      ) : (
        <DataTable
          label="Runs"
          rows={rows}
          rowKey={(row) => row.id}
          rowHref={runHref}
          columns={runTableColumns(columns, rows)}
          loading={runs.isPending || runs.isFetchingNextPage}
          keyboard="page"
          density="compact"
          manualSort
          sort={{ id: state.sort, desc: state.descending }}
          onSortChange={(sort) => setState(sort ? { sort: sort.id, descending: sort.desc } : { sort: "start_time", descending: true })}
          selection={{ selected, onChange: setSelected }}
          hasMore={runs.hasNextPage}
          onLoadMore={() => void runs.fetchNextPage()}
          footer={
            rows.length > 0
              ? `${rows.length.toLocaleString("en")}${runs.hasNextPage ? " shown, there are more" : rows.length === 1 ? " run" : " runs"}`
              : undefined
          }
          empty={<NoRuns filtered={filtered} wrong={problem !== null} />}
        />
      )}
    </Card>
  );
}

function NoRuns({ filtered, wrong }: { filtered: boolean; wrong: boolean }) {
  if (wrong)
    return (
      <EmptyState icon={FlaskConical} title="The filter is not understood" compact>
        Mend it where it is marked, or empty it to see all runs.
      </EmptyState>
    );
  if (filtered)
    return (
      <EmptyState icon={FlaskConical} title="No run matches" compact>
        Take a condition away to see more.
      </EmptyState>
    );
  return (
    <EmptyState icon={FlaskConical} title="No runs yet">
      A run appears here with its first line: mlflow.start_run().
    </EmptyState>
  );
}

/** What is wrong with the filter or the order, when that is why the answer is a refusal. */
function problemOf(error: unknown): FilterProblem | null {
  const data = (error as { data?: { httpStatus?: number; issues?: { path?: string; column?: number; message: string }[] } } | null)?.data;
  const issue = data?.issues?.find(({ path }) => path === "filter" || path === "order_by");
  if (issue) return { message: issue.message, column: issue.path === "filter" ? (issue.column ?? null) : null };
  return data?.httpStatus === 400 && error instanceof Error ? { message: error.message, column: null } : null;
}

type TableInput = { experimentIds: number[]; state: string; sort: string; descending: boolean; filter?: string; columns?: string[] };

/** The whole result as a file, streamed by the server. */
function csvHref({ experimentIds, columns, ...rest }: TableInput): string {
  const query = new URLSearchParams(Object.entries(rest).map(([key, value]) => [key, String(value)]));
  for (const id of experimentIds) query.append("experimentIds", String(id));
  for (const column of columns ?? []) query.append("columns", column);
  return `/api/v1/runs.csv?${query.toString()}`;
}
