"use client";

import { useQuery } from "@tanstack/react-query";
import { Bytes, Card, IdChip, PageHeader, TextLink, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useTRPC } from "@/live/trpc";

/** One dataset: its versions, who made and who uses them. */
export function DatasetPage({ dataset }: { dataset: string }) {
  const trpc = useTRPC();
  const found = useQuery(trpc.tracking.dataset.queryOptions({ datasetId: dataset }));
  useCrumbs({ label: "Data", href: "/data" }, { label: found.data?.name ?? "Dataset" });
  return (
    <PageFrame query={found}>
      {(data) => (
        <>
          <PageHeader
            title={data.name}
            meta={
              <>
                in <TextLink href={`/projects/${data.project.slug}`}>{data.project.slug}</TextLink>
              </>
            }
          />
          <Card title="Versions" flush>
            <DataTable
              label="Versions"
              rows={data.versionRows}
              rowKey={(row) => row.id}
              columns={[
                { id: "digest", header: "Digest", mono: true, cell: (row) => <IdChip value={row.digest} short /> },
                { id: "files", header: "Files", align: "right", cell: (row) => row.fileCount },
                { id: "size", header: "Size", align: "right", cell: (row) => <Bytes value={row.sizeBytes} /> },
                { id: "commit", header: "First commit", mono: true, cell: (row) => row.commit?.slice(0, 10) ?? "—" },
                { id: "runs", header: "Runs that read it", align: "right", cell: (row) => row.runs },
                { id: "at", header: "First seen", cell: (row) => <Time at={row.createdAt} /> },
              ]}
            />
          </Card>
        </>
      )}
    </PageFrame>
  );
}
