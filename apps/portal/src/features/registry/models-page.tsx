"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Badge, Card, EmptyState, ErrorState, FacetList, FilterBar, IdChip, PageHeader, Select, TextLink, Time } from "@trellis/ui";
import { type Column, DataTable } from "@trellis/ui/table";
import { Box } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { headlineMetrics } from "./headline-metrics";
import { modelHref } from "./model-links";

type Row = Outputs["registry"]["models"]["items"][number];

const SORTS = ["updated", "name", "created"] as const;
const FACETS = { project: "Project", task: "Task", framework: "Framework", alias: "Alias", environment: "Live in" } as const;

/** The model catalogue. */
export function ModelsPage() {
  useCrumbs({ label: "Models" });
  const trpc = useTRPC();
  const [state, setState] = useQueryStates({
    search: parseAsString.withDefault(""),
    sort: parseAsStringLiteral(SORTS).withDefault("updated"),
    project: parseAsString,
    task: parseAsString,
    framework: parseAsString,
    alias: parseAsString,
    environment: parseAsString,
  });
  const input = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== null && value !== ""));
  const models = useInfiniteQuery(trpc.registry.models.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
  useLive("models:*", trpc.registry.models.pathKey());
  const facets = models.data?.pages[0]?.facets;
  const facetLists = facets
    ? [
        { id: "project", label: FACETS.project, values: facets.projects },
        { id: "task", label: FACETS.task, values: facets.tasks },
        { id: "framework", label: FACETS.framework, values: facets.frameworks },
        { id: "alias", label: FACETS.alias, values: facets.aliases },
        { id: "environment", label: FACETS.environment, values: facets.environments },
      ].filter((facet) => facet.values.length > 0)
    : [];
  const selected = Object.fromEntries(
    Object.keys(FACETS).map((key) => [key, state[key as keyof typeof FACETS] ? [state[key as keyof typeof FACETS] as string] : []]),
  );
  const filtered = Object.keys(FACETS).some((key) => state[key as keyof typeof FACETS]) || state.search !== "";
  return (
    <>
      <PageHeader title="Models" meta="Every registered model that you may see" />
      {models.isError ? (
        <ErrorState error={models.error} onRetry={() => void models.refetch()} />
      ) : (
        <div className="grid gap-4 lg:grid-cols-[200px_minmax(0,1fr)]">
          <FacetList facets={facetLists} selected={selected} onChange={(id, values) => void setState({ [id]: values.at(-1) ?? null })} />
          <Card flush>
            <FilterBar
              search={{ value: state.search, onValueChange: (search) => void setState({ search }), placeholder: "Name, description or tag" }}
              right={
                <Select
                  size="sm"
                  label="Sort"
                  value={state.sort}
                  onValueChange={(sort) => void setState({ sort })}
                  options={[
                    { value: "updated", label: "Last changed" },
                    { value: "name", label: "Name" },
                    { value: "created", label: "Newest" },
                  ]}
                />
              }
              onClear={filtered ? () => void setState(null) : undefined}
            />
            <DataTable
              label="Models"
              rows={models.data?.pages.flatMap((page) => page.items) ?? []}
              columns={COLUMNS}
              rowKey={(row) => row.id}
              rowHref={(row) => modelHref(row.name)}
              loading={models.isPending}
              keyboard="page"
              csvName="models"
              hasMore={models.hasNextPage}
              onLoadMore={() => void models.fetchNextPage()}
              empty={
                filtered ? (
                  <EmptyState icon={Box} title="No model matches">
                    Take a filter away to see more.
                  </EmptyState>
                ) : (
                  <EmptyState icon={Box} title="No models yet">
                    A run registers one when its pipeline says so under register.
                  </EmptyState>
                )
              }
            />
          </Card>
        </div>
      )}
    </>
  );
}

const COLUMNS: Column<Row>[] = [
  {
    id: "name",
    header: "Model",
    cell: (row) => (
      <TextLink href={modelHref(row.name)} className="whitespace-nowrap">
        {row.name}
      </TextLink>
    ),
    csv: (row) => row.name,
  },
  {
    id: "project",
    header: "Project",
    hideBelow: "md",
    cell: (row) => (
      <TextLink quiet href={`/projects/${row.project.slug}`} className="whitespace-nowrap">
        {row.project.slug}
      </TextLink>
    ),
    csv: (row) => row.project.slug,
  },
  { id: "task", header: "Task", hideBelow: "lg", cell: (row) => row.task, csv: (row) => row.task },
  { id: "latest", header: "Latest", cell: (row) => (row.latest ? `v${row.latest.version}` : "–"), csv: (row) => row.latest?.version ?? "" },
  {
    id: "metrics",
    header: "Metrics",
    mono: true,
    hideBelow: "md",
    cell: (row) => <span className="whitespace-nowrap">{headlineMetrics(row.latest?.metrics ?? {}, 1)}</span>,
  },
  {
    id: "aliases",
    header: "Aliases",
    hideBelow: "lg",
    cell: (row) => (
      <span className="flex flex-wrap gap-1">
        {row.aliases.map((alias) => (
          <IdChip key={alias.alias} value={`${alias.alias} v${alias.version}`} copy={false} />
        ))}
      </span>
    ),
    csv: (row) => row.aliases.map((alias) => `${alias.alias}=${alias.version}`).join(" "),
  },
  {
    id: "live",
    header: "Live in",
    cell: (row) =>
      row.environments.map((name) => (
        <Badge key={name} tone="ok">
          {name}
        </Badge>
      )),
    csv: (row) => row.environments.join(" "),
  },
  { id: "updated", header: "Changed", cell: (row) => <Time at={row.updatedAt} />, csv: (row) => row.updatedAt.toISOString() },
];
