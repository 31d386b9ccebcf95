"use client";

import { useQuery } from "@tanstack/react-query";
import { Badge, Card, EmptyState, IdChip, KeyValueList, PageHeader, Sparkline, StatStrip, StatusBadge, TextLink, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Box } from "lucide-react";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { AliasHistory } from "./alias-history";
import { headlineMetrics } from "./headline-metrics";
import { modelHref } from "./model-links";

type Model = Outputs["registry"]["model"];

/** One model: its versions, how they got better, and who moved which alias. */
export function ModelPage({ model }: { model: string }) {
  const trpc = useTRPC();
  const found = useQuery(trpc.registry.model.queryOptions({ model }));
  useLive(found.data ? `models:${found.data.project.id}` : null, trpc.registry.pathKey());
  useCrumbs({ label: "Models", href: "/models" }, { label: model });
  return <PageFrame query={found}>{(data) => <ModelDetail model={data} />}</PageFrame>;
}

function ModelDetail({ model }: { model: Model }) {
  const latest = model.versionRows[0];
  return (
    <>
      <PageHeader
        title={model.name}
        meta={
          <>
            {model.task ? `${model.task} model of` : "Model of"} <TextLink href={`/projects/${model.project.slug}`}>{model.project.slug}</TextLink>
          </>
        }
      />
      <StatStrip
        label="About this model"
        items={[
          {
            label: "Latest",
            value: latest ? <TextLink href={modelHref(model.name, latest.version)}>{`Version ${latest.version}`}</TextLink> : "–",
            detail: latest ? headlineMetrics(latest.metrics, 2) : null,
          },
          { label: "Aliases", value: model.aliases.length > 0 ? model.aliases.map((alias) => `${alias.alias} v${alias.version}`).join(", ") : "None" },
          { label: "Live in", value: model.environments.length > 0 ? model.environments.join(", ") : "Nowhere" },
          { label: "Task", value: model.task || "–", detail: model.framework },
        ]}
      />
      <Card title="Versions" aside={String(model.versions)} flush className="mt-4">
        <DataTable
          label="Versions"
          rows={model.versionRows}
          rowKey={(row) => row.id}
          rowHref={(row) => modelHref(model.name, row.version)}
          keyboard="page"
          csvName={`${model.name}-versions`}
          empty={<EmptyState icon={Box} title="No versions" />}
          columns={[
            {
              id: "version",
              header: "Version",
              cell: (row) => <TextLink href={modelHref(model.name, row.version)}>{`v${row.version}`}</TextLink>,
              sort: (row) => row.version,
              csv: (row) => row.version,
            },
            {
              id: "status",
              header: "Status",
              cell: (row) => (
                <StatusBadge
                  variant="text"
                  status={row.status === "archived" ? "deprecated" : "registered"}
                  kind="version"
                  label={row.status === "archived" ? "Archived" : "Ready"}
                />
              ),
            },
            { id: "metrics", header: "Metrics", mono: true, cell: (row) => headlineMetrics(row.metrics, 3) },
            {
              id: "verified",
              header: "Verified",
              hideBelow: "lg",
              cell: (row) =>
                row.verification ? (
                  <StatusBadge
                    variant="text"
                    status={row.verification.ok ? "succeeded" : "failed"}
                    label={row.verification.ok ? "Yes" : "Not what was registered"}
                  />
                ) : (
                  "–"
                ),
            },
            {
              id: "aliases",
              header: "Aliases",
              cell: (row) => (
                <span className="flex gap-1">
                  {row.aliases.map((alias) => (
                    <IdChip key={alias} value={alias} copy={false} />
                  ))}
                </span>
              ),
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
            },
            {
              id: "run",
              header: "Run",
              hideBelow: "md",
              cell: (row) =>
                row.runNumber ? (
                  <TextLink quiet href={`/projects/${model.project.slug}/runs/${row.runNumber}`}>{`Run ${row.runNumber}`}</TextLink>
                ) : row.origin === "client" ? (
                  "By a client"
                ) : (
                  "–"
                ),
            },
            { id: "commit", header: "Commit", mono: true, hideBelow: "lg", cell: (row) => row.commit?.slice(0, 8) ?? "–" },
            { id: "created", header: "Registered", cell: (row) => <Time at={row.createdAt} />, sort: (row) => row.createdAt },
          ]}
        />
      </Card>
      <div className="mt-4 grid gap-4 lg:grid-cols-2">
        <Card title="Metrics by version">
          {model.versionRows.length < 2 ? (
            <p className="text-sm text-ink-3">A trend needs at least two versions.</p>
          ) : (
            <ul className="flex flex-col gap-3">
              {model.trend.map((series) => (
                <li key={series.key} className="flex items-center gap-4">
                  <span className="w-40 truncate font-mono text-sm">{series.key}</span>
                  <Sparkline label={`${series.key} by version`} values={series.points.map((point) => point.value)} width={220} height={28} dot />
                </li>
              ))}
            </ul>
          )}
        </Card>
        <ModelDetails model={model} />
      </div>
      <AliasHistory model={model} />
    </>
  );
}

/** What the model says of itself: description and tags. */
function ModelDetails({ model }: { model: Model }) {
  const tags = Object.entries(model.tags);
  return (
    <Card title="About">
      {model.description ? (
        <p className="text-sm wrap-anywhere whitespace-pre-line">{model.description}</p>
      ) : (
        <p className="text-sm text-ink-3">No description.</p>
      )}
      {tags.length > 0 ? <KeyValueList className="mt-3" items={tags.map(([label, value]) => ({ label, value: value || "–", mono: true }))} /> : null}
    </Card>
  );
}
