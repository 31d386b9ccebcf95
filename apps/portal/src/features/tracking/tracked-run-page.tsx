"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  Badge,
  Button,
  Card,
  EmptyState,
  IdChip,
  KeyValueList,
  Menu,
  Notice,
  PageHeader,
  StatStrip,
  Tabs,
  TextLink,
  Time,
  Duration,
  useToast,
  useNavigate,
} from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Box, ChartLine, Ellipsis, GitCompareArrows, Undo2 } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { FileBrowser } from "@/features/files";
import { LineageLink } from "@/features/lineage";
import { Markdown, PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { LazyMetricCharts } from "./lazy-metric-charts";
import { metricText } from "./metric-text";
import { compareHref, runHref, runIdOf } from "./run-links";
import { TrackedStatus } from "./tracked-status";

type Run = Outputs["tracking"]["trackedRun"];

const TABS = ["overview", "curves", "files"] as const;

/** One tracked run: what went in, what was measured, what it left. */
export function TrackedRunPage({ run }: { run: string }) {
  const trpc = useTRPC();
  const runId = runIdOf(run);
  const found = useQuery(trpc.tracking.trackedRun.queryOptions({ runId }));
  useLive(found.data ? `run:${found.data.id}` : null, trpc.tracking.pathKey());
  useCrumbs(
    { label: "Experiments", href: "/experiments" },
    ...(found.data ? [{ label: found.data.experiment.name, href: `/experiments/${found.data.experiment.id}` }] : []),
    { label: found.data?.name || "Run" },
  );
  return <PageFrame query={found}>{(data) => <RunDetail run={data} />}</PageFrame>;
}

function RunDetail({ run }: { run: Run }) {
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("overview"));
  const curves = run.metrics.filter((metric) => metric.points > 1).map((metric) => metric.key);
  return (
    <>
      <PageHeader
        title={run.name || run.id}
        status={
          <>
            <TrackedStatus run={run} />
            {run.deleted ? <Badge tone="warn">Deleted</Badge> : null}
          </>
        }
        meta={
          <>
            <span>
              Run of <TextLink href={`/experiments/${run.experiment.id}`}>{run.experiment.name}</TextLink> in{" "}
              <TextLink href={`/projects/${run.project.slug}`}>{run.project.slug}</TextLink>
            </span>
            <IdChip value={run.id.replaceAll("-", "")} short copy />
          </>
        }
        actions={<Actions run={run} />}
      />
      {run.pipelineRun ? (
        <Notice
          tone="neutral"
          className="mb-4"
          title={`This is run ${run.pipelineRun.number} of a pipeline`}
          action={
            <Button size="sm" href={runHref(run)}>
              Open its steps and logs
            </Button>
          }
        >
          Its steps, logs and timeline are on its own page.
        </Notice>
      ) : null}
      <StatStrip label="About this run" items={facts(run)} />
      <div className="mt-4">
        <Tabs
          label="Of this run"
          value={tab}
          onChange={(value) => void setTab(value as (typeof TABS)[number])}
          items={[
            { value: "overview", label: "Overview" },
            { value: "curves", label: "Curves", count: curves.length },
            { value: "files", label: "Files", count: run.files },
          ]}
        >
          {tab === "overview" ? <Overview run={run} /> : null}
          {tab === "curves" ? <LazyMetricCharts keys={curves} runs={[{ id: run.id, name: run.name || "this run", color: "var(--color-accent)" }]} /> : null}
          {tab === "files" ? <FileBrowser source={{ kind: "run", id: run.id }} /> : null}
        </Tabs>
      </div>
    </>
  );
}

function facts(run: Run) {
  const tag = (key: string): string | undefined => run.tags.find((entry) => entry.key === key)?.value;
  const source = tag("mlflow.source.name");
  const [version] = run.versions;
  return [
    { label: "Started", value: <Time at={run.startedAt} />, detail: run.userName ? `by ${run.userName}` : null },
    { label: run.endedAt ? "Took" : "Elapsed", value: <Duration from={run.startedAt} to={run.endedAt} live={run.status === "RUNNING"} /> },
    {
      label: "Source",
      value: source ? <span title={source}>{source.split("/").at(-1)}</span> : run.source === "pipeline" ? "Pipeline" : "Client",
      detail: tag("mlflow.source.type")?.toLowerCase(),
    },
    { label: "Commit", value: run.commit ? <span className="font-mono">{run.commit.slice(0, 8)}</span> : "Not known", detail: tag("mlflow.source.git.branch") },
    {
      label: "Result",
      value: version ? (
        <TextLink href={`/models/${encodeURIComponent(version.modelName)}/versions/${version.version}`}>{`${version.modelName} v${version.version}`}</TextLink>
      ) : (
        "–"
      ),
      detail: version ? "registered" : "nothing registered",
    },
  ];
}

function Actions({ run }: { run: Run }) {
  const trpc = useTRPC();
  const toast = useToast();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.tracking.pathKey() });
  const restore = useMutation(trpc.tracking.restoreRuns.mutationOptions({ onSuccess: refresh, onError: (error) => toast.error(error.message) }));
  const remove = useMutation(
    trpc.tracking.deleteRuns.mutationOptions({
      onSuccess: async () => {
        await refresh();
        toast.undo(`${run.name} deleted`, () => restore.mutate({ runIds: [run.id] }));
        navigate(`/experiments/${run.experiment.id}`);
      },
      onError: (error) => toast.error(error.message),
    }),
  );
  const others = run.children.slice(0, 10).map((child) => child.id);
  return (
    <>
      <LineageLink kind="run" id={run.id} />
      <Button icon={GitCompareArrows} href={compareHref(others.length > 0 ? others : [run.id, ...(run.parent ? [run.parent.id] : [])])}>
        {others.length > 1 ? "Compare its runs" : "Compare"}
      </Button>
      {run.abilities.write && run.source === "client" ? (
        run.deleted ? (
          <Button icon={Undo2} loading={restore.isPending} onClick={() => restore.mutate({ runIds: [run.id] })}>
            Restore
          </Button>
        ) : (
          <Menu
            label="More"
            trigger={<Button icon={Ellipsis} aria-label="More actions" />}
            items={[{ label: "Delete", danger: true, onSelect: () => remove.mutate({ runIds: [run.id] }) }]}
          />
        )
      ) : null}
    </>
  );
}

function Overview({ run }: { run: Run }) {
  const note = run.tags.find((tag) => tag.key === "mlflow.note.content")?.value;
  const tags = run.tags.filter((tag) => !tag.key.startsWith("mlflow."));
  const own = run.tags.filter((tag) => tag.key.startsWith("mlflow.") && tag.value.length <= 300 && tag.key !== "mlflow.note.content");
  return (
    <div className="flex flex-col gap-4">
      {note ? <Markdown source={note} /> : null}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Metrics run={run} />
        <Pairs title="Parameters" noun="Parameter" rows={run.params} empty="No parameters" csvName="parameters" />
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Datasets run={run} />
        <Models run={run} />
      </div>
      {run.parent || run.children.length > 0 ? <Family run={run} /> : null}
      {tags.length > 0 ? <Pairs title="Tags" noun="Tag" rows={tags} empty="No tags" csvName="tags" /> : null}
      {own.length > 0 ? (
        <details className="rounded-md border border-line bg-surface px-4 py-2 text-sm">
          <summary className="cursor-pointer text-ink-2">{`What the client says of itself (${own.length})`}</summary>
          <KeyValueList className="mt-2" items={own.map((tag) => ({ label: tag.key, value: tag.value, mono: true }))} />
        </details>
      ) : null}
    </div>
  );
}

function Metrics({ run }: { run: Run }) {
  return (
    <Card title="Metrics" aside={String(run.metrics.length)} flush>
      <DataTable
        label="Metrics"
        rows={run.metrics}
        rowKey={(row) => row.key}
        density="compact"
        csvName="metrics"
        empty={
          <EmptyState icon={ChartLine} title="No metrics" compact>
            {'mlflow.log_metric("auc", 0.71)'}
          </EmptyState>
        }
        columns={[
          { id: "key", header: "Metric", mono: true, cell: (row) => <span className="wrap-anywhere">{row.key}</span>, sort: (row) => row.key },
          {
            id: "value",
            header: "Last value",
            align: "right",
            mono: true,
            cell: (row) => <span title={String(row.value)}>{metricText(row.value)}</span>,
            sort: (row) => row.value,
          },
          { id: "step", header: "Step", align: "right", mono: true, cell: (row) => row.step.toLocaleString("en"), csv: (row) => row.step },
          { id: "points", header: "Points", align: "right", hideBelow: "sm", cell: (row) => row.points.toLocaleString("en"), csv: (row) => row.points },
        ]}
      />
    </Card>
  );
}

function Pairs({ title, noun, rows, empty, csvName }: { title: string; noun: string; rows: { key: string; value: string }[]; empty: string; csvName: string }) {
  return (
    <Card title={title} aside={String(rows.length)} flush>
      <DataTable
        label={title}
        rows={rows}
        rowKey={(row) => row.key}
        density="compact"
        csvName={csvName}
        empty={<EmptyState title={empty} compact />}
        columns={[
          { id: "key", header: noun, mono: true, width: "40%", cell: (row) => <span className="wrap-anywhere">{row.key}</span>, sort: (row) => row.key },
          { id: "value", header: "Value", mono: true, cell: (row) => <span className="wrap-anywhere">{row.value}</span>, sort: (row) => row.value },
        ]}
      />
    </Card>
  );
}

function Datasets({ run }: { run: Run }) {
  return (
    <Card title="Data" aside={String(run.datasets.length)} flush>
      <DataTable
        label="Data"
        rows={run.datasets}
        rowKey={(row) => row.versionId}
        density="compact"
        empty={
          <EmptyState title="No data is known" compact>
            mlflow.log_input(dataset) says what a run read.
          </EmptyState>
        }
        columns={[
          { id: "name", header: "Dataset", cell: (row) => <TextLink href={`/data/${row.datasetId}?version=${row.versionId}`}>{row.name}</TextLink> },
          { id: "context", header: "Used for", cell: (row) => row.context || "–" },
          { id: "digest", header: "Digest", mono: true, cell: (row) => row.digest.replace(/^sha256:/, "").slice(0, 12) },
        ]}
      />
    </Card>
  );
}

function Models({ run }: { run: Run }) {
  return (
    <Card title="Logged models" aside={String(run.models.length)} flush>
      <DataTable
        label="Logged models"
        rows={run.models}
        rowKey={(row) => `${row.id} ${row.direction}`}
        density="compact"
        empty={
          <EmptyState icon={Box} title="No models" compact>
            mlflow.sklearn.log_model(model, name="model") keeps one here.
          </EmptyState>
        }
        columns={[
          {
            id: "name",
            header: "Model",
            cell: (row) => <TextLink href={`/experiments/${run.experiment.id}/models/m-${row.id.replaceAll("-", "")}`}>{row.name}</TextLink>,
          },
          { id: "direction", header: "How", cell: (row) => (row.direction === "output" ? "made" : "read") },
          { id: "step", header: "Step", align: "right", mono: true, cell: (row) => row.step },
          { id: "files", header: "Files", align: "right", cell: (row) => row.files },
        ]}
      />
    </Card>
  );
}

function Family({ run }: { run: Run }) {
  const rows = [...(run.parent ? [{ ...run.parent, place: "above" }] : []), ...run.children.map((child) => ({ ...child, place: "below" }))];
  return (
    <Card title="Runs around it" aside={run.parent ? "part of a larger one" : `${run.children.length} below`} flush>
      <DataTable
        label="Runs around it"
        rows={rows}
        rowKey={(row) => row.id}
        rowHref={(row) => `/experiments/${run.experiment.id}/runs/${row.id}`}
        density="compact"
        columns={[
          { id: "name", header: "Run", cell: (row) => <TextLink href={`/experiments/${run.experiment.id}/runs/${row.id}`}>{row.name}</TextLink> },
          { id: "place", header: "Place", cell: (row) => row.place },
          { id: "status", header: "State", cell: (row) => <TrackedStatus run={row} variant="text" /> },
        ]}
      />
    </Card>
  );
}
