"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Bytes, Card, EmptyState, ErrorState, PageHeader, TextLink, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Database } from "lucide-react";
import { useCrumbs } from "@/features/shell";
import { useTRPC } from "@/live/trpc";

/** Data that runs read, by project. */
export function DatasetsPage() {
  useCrumbs({ label: "Data" });
  const trpc = useTRPC();
  const datasets = useInfiniteQuery(trpc.tracking.datasets.infiniteQueryOptions({}, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
  return (
    <>
      <PageHeader title="Data" meta="What steps name under inputs in trellis.yaml; each state of it is kept by its digest" />
      {datasets.isError ? (
        <ErrorState error={datasets.error} onRetry={() => void datasets.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Datasets"
            rows={datasets.data?.pages.flatMap((page) => page.items) ?? []}
            rowKey={(row) => row.id}
            rowHref={(row) => `/data/${row.id}`}
            loading={datasets.isPending}
            keyboard="page"
            hasMore={datasets.hasNextPage}
            onLoadMore={() => void datasets.fetchNextPage()}
            empty={
              <EmptyState icon={Database} title="No data yet">
                It is recorded when the first run reads it.
              </EmptyState>
            }
            columns={[
              { id: "name", header: "Dataset", mono: true, cell: (row) => <TextLink href={`/data/${row.id}`}>{`${row.project.slug}/${row.name}`}</TextLink> },
              { id: "versions", header: "Versions", align: "right", cell: (row) => row.versions },
              { id: "size", header: "Size", align: "right", cell: (row) => <Bytes value={row.latest?.sizeBytes} /> },
              { id: "digest", header: "Digest", mono: true, hideBelow: "md", cell: (row) => row.latest?.digest.slice(7, 19) ?? "–" },
              { id: "at", header: "First seen", cell: (row) => (row.latest ? <Time at={row.latest.createdAt} /> : "–") },
            ]}
          />
        </Card>
      )}
    </>
  );
}
