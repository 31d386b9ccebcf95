"use client";

import { useQuery } from "@tanstack/react-query";
import { Badge, Bytes, Card, EmptyState, IdChip, KeyValueList, PageHeader, Tabs, TextLink, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Database } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { LineageLink } from "@/features/lineage";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { DatasetColumns } from "./dataset-columns";
import { runHref } from "./run-links";
import { TrackedStatus } from "./tracked-status";

type Dataset = Outputs["tracking"]["dataset"];
type Version = Outputs["tracking"]["datasetVersion"];

const TABS = ["columns", "runs", "versions", "files"] as const;

/** One dataset: what its columns hold, who reads it, and its versions. */
export function DatasetPage({ dataset }: { dataset: string }) {
  const trpc = useTRPC();
  const found = useQuery(trpc.tracking.dataset.queryOptions({ datasetId: dataset }));
  useLive(found.data ? `runs:${found.data.project.id}` : null, trpc.tracking.dataset.pathKey(), trpc.tracking.datasetVersion.pathKey());
  useCrumbs({ label: "Data", href: "/data" }, { label: found.data?.name ?? "Dataset" });
  return <PageFrame query={found}>{(data) => <DatasetDetail dataset={data} />}</PageFrame>;
}

function DatasetDetail({ dataset }: { dataset: Dataset }) {
  const trpc = useTRPC();
  const [chosen] = useQueryState("version", parseAsString);
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("columns"));
  const current = dataset.versionRows.find((row) => row.id === chosen) ?? dataset.versionRows[0];
  const version = useQuery({ ...trpc.tracking.datasetVersion.queryOptions({ versionId: current?.id ?? "" }), enabled: current !== undefined });
  return (
    <>
      <PageHeader
        title={dataset.name}
        titleAside={current ? <IdChip value={current.digest} short copy /> : null}
        meta={
          <>
            <span>
              in <TextLink href={`/projects/${dataset.project.slug}`}>{dataset.project.slug}</TextLink>
            </span>
            {current ? (
              <span>
                {current.id === dataset.versionRows[0]?.id ? "newest version" : "an earlier version"}, first seen <Time at={current.createdAt} />
              </span>
            ) : null}
          </>
        }
        actions={current ? <LineageLink kind="dataset_version" id={current.id} /> : null}
      />
      {current ? (
        <PageFrame query={version}>
          {(data) => (
            <>
              <About version={data} />
              <div className="mt-4">
                <Tabs
                  label="Of this dataset"
                  value={tab}
                  onChange={(value) => void setTab(value as (typeof TABS)[number])}
                  items={[
                    { value: "columns", label: "Schema and profile" },
                    { value: "runs", label: "Runs that read it", count: data.runCount },
                    { value: "versions", label: "Versions", count: dataset.versionRows.length },
                    ...(data.fileCount > 0 ? [{ value: "files", label: "Files", count: data.fileCount }] : []),
                  ]}
                >
                  {tab === "columns" ? <DatasetColumns version={data} /> : null}
                  {tab === "runs" ? <Readers version={data} /> : null}
                  {tab === "versions" ? <Versions dataset={dataset} current={current.id} /> : null}
                  {tab === "files" ? <Files version={data} /> : null}
                </Tabs>
              </div>
            </>
          )}
        </PageFrame>
      ) : (
        <EmptyState icon={Database} title="No version yet">
          A version is recorded when a run reads the data.
        </EmptyState>
      )}
    </>
  );
}

/** Where it comes from and what a client says of it; nothing when there is nothing to say. */
function About({ version }: { version: Version }) {
  const facts = Object.entries(version.facts);
  const items = [
    ...(version.source ? [{ label: version.sourceType ? `Source (${version.sourceType})` : "Source", value: version.source, mono: true }] : []),
    ...(version.commit ? [{ label: "First commit", value: version.commit.slice(0, 10), mono: true }] : []),
    ...(version.sizeBytes > 0 ? [{ label: "Size", value: <Bytes value={version.sizeBytes} /> }] : []),
    ...facts.map(([key, value]) => ({ label: key.replaceAll("_", " "), value: typeof value === "number" ? value.toLocaleString("en") : String(value) })),
  ];
  return items.length > 0 ? (
    <Card>
      <KeyValueList columns={2} items={items} />
    </Card>
  ) : null;
}

function Readers({ version }: { version: Version }) {
  return (
    <Card flush>
      <DataTable
        label="Runs that read it"
        rows={version.runs}
        rowKey={(row) => row.id}
        rowHref={runHref}
        keyboard="page"
        csvName={`${version.dataset.name}-runs`}
        footer={version.runCount > version.runs.length ? `The newest ${version.runs.length} of ${version.runCount.toLocaleString("en")}` : undefined}
        empty={<EmptyState title="No run has read this version" compact />}
        columns={[
          { id: "status", header: "State", cell: (row) => <TrackedStatus run={row} variant="text" />, csv: (row) => row.status },
          { id: "name", header: "Run", cell: (row) => <TextLink href={runHref(row)}>{row.name || row.id.slice(0, 8)}</TextLink>, csv: (row) => row.name },
          {
            id: "experiment",
            header: "Experiment",
            hideBelow: "md",
            cell: (row) => (
              <TextLink quiet href={`/experiments/${row.experiment.id}`}>
                {row.experiment.name}
              </TextLink>
            ),
            csv: (row) => row.experiment.name,
          },
          { id: "context", header: "Used for", hideBelow: "md", cell: (row) => row.context || "–", csv: (row) => row.context },
          { id: "start", header: "Started", cell: (row) => <Time at={row.startedAt} />, csv: (row) => row.startedAt.toISOString() },
          {
            id: "version",
            header: "Result",
            cell: (row) =>
              row.versions.map((made) => (
                <TextLink
                  key={`${made.modelName} ${made.version}`}
                  href={`/models/${encodeURIComponent(made.modelName)}/versions/${made.version}`}
                  className="mr-2"
                >
                  {`${made.modelName} v${made.version}`}
                </TextLink>
              )),
            csv: (row) => row.versions.map((made) => `${made.modelName} v${made.version}`).join(" "),
          },
        ]}
      />
    </Card>
  );
}

function Versions({ dataset, current }: { dataset: Dataset; current: string }) {
  return (
    <Card flush>
      <DataTable
        label="Versions"
        rows={dataset.versionRows}
        rowKey={(row) => row.id}
        rowHref={(row) => `/data/${dataset.id}?version=${row.id}`}
        activeKey={current}
        columns={[
          { id: "digest", header: "Digest", mono: true, cell: (row) => <IdChip value={row.digest} short href={`/data/${dataset.id}?version=${row.id}`} /> },
          {
            id: "from",
            header: "From",
            hideBelow: "md",
            cell: (row) => (row.commit === null ? <Badge>{row.sourceType ?? "a client"}</Badge> : "the repository"),
          },
          { id: "files", header: "Files", align: "right", hideBelow: "md", cell: (row) => (row.fileCount === 0 ? "–" : row.fileCount) },
          { id: "size", header: "Size", align: "right", hideBelow: "md", cell: (row) => (row.sizeBytes === 0 ? "–" : <Bytes value={row.sizeBytes} />) },
          { id: "commit", header: "First commit", mono: true, hideBelow: "lg", cell: (row) => row.commit?.slice(0, 10) ?? "–" },
          { id: "runs", header: "Runs that read it", align: "right", cell: (row) => row.runs },
          { id: "at", header: "First seen", cell: (row) => <Time at={row.createdAt} /> },
        ]}
      />
    </Card>
  );
}

function Files({ version }: { version: Version }) {
  return (
    <Card flush>
      <DataTable
        label="Files"
        rows={version.files}
        rowKey={(row) => row.path}
        csvName={`${version.dataset.name}-files`}
        footer={version.fileCount > version.files.length ? `The first ${version.files.length} of ${version.fileCount.toLocaleString("en")}` : undefined}
        columns={[
          { id: "path", header: "Path", mono: true, cell: (row) => <span className="wrap-anywhere">{row.path}</span>, sort: (row) => row.path },
          { id: "size", header: "Size", align: "right", cell: (row) => <Bytes value={row.sizeBytes} />, sort: (row) => row.sizeBytes },
          { id: "digest", header: "Digest", mono: true, hideBelow: "md", cell: (row) => <IdChip value={row.digest} short copy />, csv: (row) => row.digest },
        ]}
      />
    </Card>
  );
}
