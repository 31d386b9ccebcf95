"use client";

import { useQuery } from "@tanstack/react-query";
import { Badge, Bytes, Card, EmptyState, IdChip, PageHeader, StatStrip, StatusBadge, Tabs, TextLink, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { FileBrowser } from "@/features/files";
import { LineageLink } from "@/features/lineage";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { metricText } from "./metric-text";
import { runHref, runIdOf } from "./run-links";
import { TrackedStatus } from "./tracked-status";

type Model = Outputs["tracking"]["loggedModel"];

const TABS = ["overview", "files"] as const;
const STATES = {
  LOGGED_MODEL_PENDING: { status: "running", label: "Being written" },
  LOGGED_MODEL_READY: { status: "succeeded", label: "Ready" },
  LOGGED_MODEL_UPLOAD_FAILED: { status: "failed", label: "Upload failed" },
} as const;

/** A model that a client logged and perhaps registered. `model` is `m-` and 32 hexadecimal digits. */
export function LoggedModelPage({ model }: { model: string }) {
  const trpc = useTRPC();
  const found = useQuery(trpc.tracking.loggedModel.queryOptions({ modelId: runIdOf(model.replace(/^m-/, "")) }));
  useLive(found.data ? `experiment:${found.data.experiment.id}` : null, trpc.tracking.loggedModel.pathKey());
  useCrumbs(
    { label: "Experiments", href: "/experiments" },
    ...(found.data ? [{ label: found.data.experiment.name, href: `/experiments/${found.data.experiment.id}` }] : []),
    { label: found.data?.name ?? "Logged model" },
  );
  return <PageFrame query={found}>{(data) => <ModelDetail model={data} />}</PageFrame>;
}

function ModelDetail({ model }: { model: Model }) {
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("overview"));
  const state = STATES[model.status];
  const [version] = model.versions;
  return (
    <>
      <PageHeader
        title={model.name}
        status={
          <>
            <StatusBadge kind="version" status={state.status} label={state.label} />
            {model.deletedAt ? <Badge tone="warn">Deleted</Badge> : null}
          </>
        }
        meta={
          <>
            <span>
              Logged model of <TextLink href={`/experiments/${model.experiment.id}`}>{model.experiment.name}</TextLink> in{" "}
              <TextLink href={`/projects/${model.project.slug}`}>{model.project.slug}</TextLink>
            </span>
            <IdChip value={`m-${model.id.replaceAll("-", "")}`} short copy />
          </>
        }
        actions={<LineageLink kind="logged_model" id={model.id} />}
      />
      <StatStrip
        label="About this model"
        items={[
          { label: "Logged", value: <Time at={model.createdAt} /> },
          { label: "Type", value: model.modelType || "Not said" },
          { label: "Size", value: <Bytes value={model.sizeBytes} />, detail: `${model.files} files` },
          {
            label: "Registered as",
            value: version ? (
              <TextLink
                href={`/models/${encodeURIComponent(version.modelName)}/versions/${version.version}`}
              >{`${version.modelName} v${version.version}`}</TextLink>
            ) : (
              "Not registered"
            ),
            detail: model.versions.length > 1 ? `and ${model.versions.length - 1} more` : null,
          },
        ]}
      />
      <div className="mt-4">
        <Tabs
          label="Of this model"
          value={tab}
          onChange={(value) => void setTab(value as (typeof TABS)[number])}
          items={[
            { value: "overview", label: "Overview" },
            { value: "files", label: "Files", count: model.files },
          ]}
        >
          {tab === "overview" ? <Overview model={model} /> : null}
          {tab === "files" ? <FileBrowser source={{ kind: "logged-model", id: model.id }} empty="The client has not sent its files yet." /> : null}
        </Tabs>
      </div>
    </>
  );
}

function Overview({ model }: { model: Model }) {
  const pairs = [
    ...Object.entries(model.params).map(([key, value]) => ({ kind: "parameter", key, value })),
    ...Object.entries(model.tags)
      .filter(([key]) => !key.startsWith("mlflow."))
      .map(([key, value]) => ({ kind: "tag", key, value })),
  ];
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card title="Metrics" flush>
        <DataTable
          label="Metrics"
          rows={model.metrics}
          rowKey={(row) => `${row.key} ${row.datasetName} ${row.datasetDigest} ${row.step}`}
          density="compact"
          csvName="metrics"
          empty={<EmptyState title="No metrics" compact />}
          columns={[
            { id: "key", header: "Metric", mono: true, cell: (row) => row.key, sort: (row) => row.key },
            {
              id: "value",
              header: "Value",
              mono: true,
              align: "right",
              cell: (row) => <span title={String(row.value)}>{metricText(row.value)}</span>,
              sort: (row) => row.value,
            },
            { id: "step", header: "Step", mono: true, align: "right", cell: (row) => row.step, csv: (row) => row.step },
            { id: "data", header: "On", cell: (row) => row.datasetName || "–", csv: (row) => row.datasetName },
          ]}
        />
      </Card>
      <Card title="Runs" flush>
        <DataTable
          label="Runs"
          rows={model.runs}
          rowKey={(row) => `${row.id} ${row.direction}`}
          rowHref={runHref}
          density="compact"
          empty={<EmptyState title="No run made or read it" compact />}
          columns={[
            { id: "run", header: "Run", cell: (row) => <TextLink href={runHref(row)}>{row.name}</TextLink> },
            { id: "direction", header: "How", cell: (row) => (row.direction === "output" ? "made it" : "read it") },
            { id: "status", header: "State", cell: (row) => <TrackedStatus run={row} variant="text" /> },
          ]}
        />
      </Card>
      <Card title="Parameters and tags" flush>
        <DataTable
          label="Parameters and tags"
          rows={pairs}
          rowKey={(row) => `${row.kind} ${row.key}`}
          density="compact"
          empty={<EmptyState title="None" compact />}
          columns={[
            { id: "key", header: "Key", mono: true, cell: (row) => <span className="wrap-anywhere">{row.key}</span> },
            { id: "kind", header: "Kind", cell: (row) => row.kind },
            { id: "value", header: "Value", mono: true, cell: (row) => <span className="wrap-anywhere">{row.value.slice(0, 300)}</span> },
          ]}
        />
      </Card>
    </div>
  );
}
