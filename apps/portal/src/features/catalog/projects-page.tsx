"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Badge, Button, Card, EmptyState, ErrorState, FilterBar, PageHeader, TextLink, Time } from "@trellis/ui";
import { type Column, DataTable } from "@trellis/ui/table";
import { FolderGit2, Plus } from "lucide-react";
import { parseAsBoolean, parseAsString, useQueryStates } from "nuqs";
import { useCrumbs, usePerson } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";

type Row = Outputs["catalog"]["list"]["items"][number];

/** All projects that the person may see. */
export function ProjectsPage() {
  useCrumbs({ label: "Projects" });
  const trpc = useTRPC();
  const person = usePerson();
  const [filters, setFilters] = useQueryStates({ search: parseAsString.withDefault(""), mine: parseAsBoolean.withDefault(false) });
  const input = { ...(filters.search ? { search: filters.search } : {}), mine: filters.mine };
  const projects = useInfiniteQuery(trpc.catalog.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
  useLive("projects", trpc.catalog.list.pathKey());
  const filtered = filters.search !== "" || filters.mine;
  const create = person.atLeast("data_scientist") ? (
    <Button variant="primary" icon={Plus} href="/create">
      Create a project
    </Button>
  ) : null;
  return (
    <>
      <PageHeader title="Projects" actions={create} />
      {projects.isError ? (
        <ErrorState error={projects.error} onRetry={() => void projects.refetch()} />
      ) : (
        <Card flush>
          <FilterBar
            search={{ value: filters.search, onValueChange: (search) => void setFilters({ search }), placeholder: "Name, title or description" }}
            chips={[{ id: "mine", label: "Mine", active: filters.mine, onToggle: () => void setFilters({ mine: !filters.mine }) }]}
            onClear={filtered ? () => void setFilters(null) : undefined}
          />
          <DataTable
            label="Projects"
            rows={projects.data?.pages.flatMap((page) => page.items) ?? []}
            columns={COLUMNS}
            rowKey={(row) => row.id}
            rowHref={(row) => `/projects/${row.slug}`}
            loading={projects.isPending}
            keyboard="page"
            csvName="projects"
            hasMore={projects.hasNextPage}
            onLoadMore={() => void projects.fetchNextPage()}
            empty={
              filtered ? (
                <EmptyState icon={FolderGit2} title="No project matches" />
              ) : (
                <EmptyState icon={FolderGit2} title="No projects yet" action={create}>
                  A project is a repository, a pipeline, a model and a monitor.
                </EmptyState>
              )
            }
          />
        </Card>
      )}
    </>
  );
}

const COLUMNS: Column<Row>[] = [
  { id: "slug", header: "Project", cell: (row) => <TextLink href={`/projects/${row.slug}`}>{row.slug}</TextLink>, csv: (row) => row.slug },
  { id: "title", header: "Title", cell: (row) => row.title, csv: (row) => row.title },
  { id: "visibility", header: "", cell: (row) => (row.visibility === "private" ? <Badge tone="outline">Private</Badge> : null), csv: (row) => row.visibility },
  { id: "team", header: "Team", hideBelow: "md", cell: (row) => row.teamName ?? "–", csv: (row) => row.teamName },
  { id: "owner", header: "Created by", hideBelow: "md", cell: (row) => row.ownerName, csv: (row) => row.ownerName },
  {
    id: "template",
    header: "Template",
    hideBelow: "lg",
    cell: (row) => (row.template ? `${row.template} ${row.templateVersion ?? ""}` : "–"),
    csv: (row) => row.template,
  },
  { id: "created", header: "Created", cell: (row) => <Time at={row.createdAt} />, csv: (row) => row.createdAt.toISOString() },
];
