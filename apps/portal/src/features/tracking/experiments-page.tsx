"use client";

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Card, CodeBlock, EmptyState, ErrorState, FilterBar, PageHeader, SegmentedControl, TextLink, Time, useToast } from "@trellis/ui";
import { type Column, DataTable } from "@trellis/ui/table";
import { FlaskConical, Undo2 } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useCrumbs, useOrigin } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";

type Row = Outputs["tracking"]["experiments"]["items"][number];

const MAX_COUNTED = 10_000;

/** Experiments that the person may see, of all projects or of one, the one with the newest run first. */
export function ExperimentsPage() {
  const trpc = useTRPC();
  const [filters, setFilters] = useQueryStates({
    search: parseAsString.withDefault(""),
    project: parseAsString,
    state: parseAsStringLiteral(["active", "deleted"]).withDefault("active"),
  });
  const { search, project, state } = filters;
  useCrumbs(...(project ? [{ label: project, href: `/projects/${project}` }, { label: "Experiments" }] : [{ label: "Experiments" }]));
  const input = { state, ...(search ? { search } : {}), ...(project ? { project } : {}) };
  const experiments = useInfiniteQuery(
    trpc.tracking.experiments.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: (before) => before }),
  );
  useLive("experiments:*", trpc.tracking.experiments.pathKey());
  const filtered = search !== "" || project !== null || state !== "active";
  return (
    <>
      <PageHeader
        title="Experiments"
        meta={project ? `Of ${project}: what its pipelines and its notebooks tried` : "What pipelines and notebooks tried, the last used first"}
      />
      {experiments.isError ? (
        <ErrorState error={experiments.error} onRetry={() => void experiments.refetch()} />
      ) : (
        <Card flush>
          <FilterBar
            search={{ value: search, onValueChange: (text) => void setFilters({ search: text || null }), placeholder: "Experiment or project" }}
            chips={
              project ? [{ id: "project", label: `Project ${project}`, active: true, removable: true, onToggle: () => void setFilters({ project: null }) }] : []
            }
            right={
              <SegmentedControl
                label="Which experiments"
                value={state}
                onChange={(value) => void setFilters({ state: value })}
                items={[
                  { value: "active", label: "Active" },
                  { value: "deleted", label: "Deleted" },
                ]}
              />
            }
            onClear={filtered ? () => void setFilters(null) : undefined}
          />
          <DataTable
            label="Experiments"
            rows={experiments.data?.pages.flatMap((page) => page.items) ?? []}
            rowKey={(row) => String(row.id)}
            rowHref={(row) => `/experiments/${row.id}`}
            loading={experiments.isPending}
            keyboard="page"
            hasMore={experiments.hasNextPage}
            onLoadMore={() => void experiments.fetchNextPage()}
            csvName="experiments"
            columns={state === "deleted" ? [...COLUMNS, RESTORE] : COLUMNS}
            empty={filtered ? <Nothing deleted={state === "deleted"} /> : <FirstExperiment />}
          />
        </Card>
      )}
    </>
  );
}

const COLUMNS: Column<Row>[] = [
  { id: "name", header: "Experiment", cell: (row) => <TextLink href={`/experiments/${row.id}`}>{row.name}</TextLink>, csv: (row) => row.name },
  {
    id: "project",
    header: "Project",
    cell: (row) => (
      <TextLink quiet href={`/projects/${row.project.slug}`}>
        {row.project.slug}
      </TextLink>
    ),
    csv: (row) => row.project.slug,
  },
  {
    id: "runs",
    header: "Runs",
    align: "right",
    cell: (row) => (row.runs > MAX_COUNTED ? `more than ${MAX_COUNTED.toLocaleString("en")}` : row.runs.toLocaleString("en")),
    csv: (row) => row.runs,
  },
  { id: "last", header: "Last run", cell: (row) => (row.lastRunAt ? <Time at={row.lastRunAt} /> : "–"), csv: (row) => row.lastRunAt?.toISOString() ?? "" },
  { id: "id", header: "Id", mono: true, hideBelow: "md", cell: (row) => row.id, csv: (row) => row.id },
  { id: "created", header: "Created", hideBelow: "lg", cell: (row) => <Time at={row.createdAt} />, csv: (row) => row.createdAt.toISOString() },
];

const RESTORE: Column<Row> = { id: "restore", header: "", align: "right", cell: (row) => <RestoreButton experiment={row} /> };

function RestoreButton({ experiment }: { experiment: Row }) {
  const trpc = useTRPC();
  const toast = useToast();
  const queryClient = useQueryClient();
  const restore = useMutation(
    trpc.tracking.restoreExperiment.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.tracking.experiments.pathKey() }),
      onError: (error) => toast.error(error.message),
    }),
  );
  return (
    <Button size="sm" icon={Undo2} loading={restore.isPending} onClick={() => restore.mutate({ experimentId: experiment.id })}>
      Restore
    </Button>
  );
}

function Nothing({ deleted }: { deleted: boolean }) {
  return (
    <EmptyState icon={FlaskConical} title={deleted ? "Nothing is deleted here" : "No experiment matches"}>
      {deleted ? "Deleted experiments stay here until retention removes them with their files." : "Take a filter away to see more."}
    </EmptyState>
  );
}

function FirstExperiment() {
  const origin = useOrigin();
  return (
    <EmptyState icon={FlaskConical} title="No experiments yet" action={<Button href="/settings/tokens">Make an access token</Button>}>
      A pipeline makes one with its first run. A notebook needs two variables and no change of its code:
      <CodeBlock className="mt-3 text-left" language="bash" code={`export MLFLOW_TRACKING_URI=${origin}\nexport MLFLOW_TRACKING_TOKEN=<your access token>`} />
    </EmptyState>
  );
}
