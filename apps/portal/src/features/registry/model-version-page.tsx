"use client";

import { useQuery } from "@tanstack/react-query";
import {
  Badge,
  Bytes,
  Card,
  EmptyState,
  IdChip,
  KeyValueList,
  LineageStrip,
  NumberValue,
  PageHeader,
  StatStrip,
  StatusBadge,
  Tabs,
  TextLink,
  Time,
} from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Box, CirclePlay, Database, FileText, Rocket } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { Markdown, PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { orderedMetrics } from "./headline-metrics";
import { EditCard } from "./edit-card";
import { VersionActions } from "./version-actions";

export type Version = Outputs["registry"]["version"];

const TABS = ["overview", "card", "files", "environment"] as const;

/** One version: is it good, where did it come from, where is it live? */
export function ModelVersionPage({ model, version }: { model: string; version: string }) {
  const trpc = useTRPC();
  const found = useQuery(trpc.registry.version.queryOptions({ model, version: Number(version) }));
  useLive(found.data ? `model-version:${found.data.id}` : null, trpc.registry.pathKey());
  useLive("deployments", trpc.delivery.ofVersion.pathKey());
  useCrumbs({ label: "Models", href: "/models" }, { label: model, href: `/models/${model}` }, { label: `Version ${version}` });
  return <PageFrame query={found}>{(data) => <VersionDetail version={data} />}</PageFrame>;
}

function VersionDetail({ version }: { version: Version }) {
  const trpc = useTRPC();
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("overview"));
  const places = useQuery(trpc.delivery.ofVersion.queryOptions({ versionId: version.id }));
  const live = (places.data ?? []).filter((place) => place.state === "live");
  const [first, second] = orderedMetrics(version.metrics);
  const metric = (key: string | undefined) =>
    key ? { label: key, value: <NumberValue value={version.metrics[key] ?? null} digits={4} /> } : { label: "Metrics", value: "None" };
  return (
    <>
      <PageHeader
        title={`${version.model.name} version ${version.version}`}
        status={
          <>
            <StatusBadge
              status={version.status === "archived" ? "deprecated" : "registered"}
              kind="version"
              label={version.status === "archived" ? "Archived" : "Ready"}
            />
            {version.aliases.map((alias) => (
              <Badge key={alias} tone="accent">
                {alias}
              </Badge>
            ))}
          </>
        }
        meta={
          <>
            Registered <Time at={version.createdAt} />
            {version.previous ? (
              <TextLink
                quiet
                href={`/models/${version.model.name}/versions/${version.previous.version}`}
              >{`before: version ${version.previous.version}`}</TextLink>
            ) : null}
            {version.next ? (
              <TextLink quiet href={`/models/${version.model.name}/versions/${version.next.version}`}>{`after: version ${version.next.version}`}</TextLink>
            ) : null}
          </>
        }
        actions={<VersionActions version={version} />}
      />
      <StatStrip
        label="About this version"
        items={[
          metric(first),
          metric(second),
          {
            label: "Live in",
            value:
              live.length > 0
                ? live.map((place) => (
                    <TextLink key={place.environment} href={`/deployments/${place.deployment?.name ?? ""}`}>
                      {place.environment}
                    </TextLink>
                  ))
                : "Nowhere",
          },
          { label: "Size", value: <Bytes value={version.sizeBytes} />, detail: `${version.files.length} files` },
          { label: "Digest", value: <IdChip value={version.digest} short /> },
        ]}
      />
      <div className="mt-4">
        <LineageStrip label="What made this version" nodes={lineage(version, live)} />
      </div>
      <div className="mt-4">
        <Tabs
          label="Of this version"
          value={tab}
          onChange={(value) => void setTab(value as (typeof TABS)[number])}
          items={[
            { value: "overview", label: "Metrics and signature" },
            { value: "card", label: "Card" },
            { value: "files", label: "Files", count: version.files.length },
            { value: "environment", label: "Data and environment" },
          ]}
        >
          {tab === "overview" ? <Overview version={version} /> : null}
          {tab === "card" ? <CardTab version={version} /> : null}
          {tab === "files" ? <Files version={version} /> : null}
          {tab === "environment" ? <Origin version={version} /> : null}
        </Tabs>
      </div>
    </>
  );
}

function lineage(version: Version, live: Outputs["delivery"]["ofVersion"]) {
  return [
    { id: "data", icon: Database, title: "Training data", detail: version.dataDigest?.slice(7, 19) ?? "not recorded", href: "/data" },
    ...(version.run
      ? [
          {
            id: "run",
            icon: CirclePlay,
            title: `${version.run.pipelineName} run ${version.run.number}`,
            detail: `by ${version.run.requestedByName}`,
            href: `/projects/${version.project.slug}/runs/${version.run.number}`,
          },
        ]
      : []),
    { id: "version", icon: Box, title: `${version.model.name} v${version.version}`, detail: version.digest.slice(7, 19), current: true },
    ...live.flatMap(({ deployment, environment }) =>
      deployment
        ? [{ id: deployment.id, icon: Rocket, title: deployment.name, detail: `live in ${environment}`, href: `/deployments/${deployment.name}` }]
        : [],
    ),
  ];
}

function Overview({ version }: { version: Version }) {
  const fields = (kind: "inputs" | "outputs") => version.signature[kind].map((field) => ({ ...field, kind }));
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card title="Metrics" flush>
        <DataTable
          label="Metrics"
          rows={orderedMetrics(version.metrics).map((key) => ({ key, value: version.metrics[key] ?? null }))}
          rowKey={(row) => row.key}
          csvName="metrics"
          columns={[
            { id: "key", header: "Metric", mono: true, cell: (row) => row.key, csv: (row) => row.key },
            {
              id: "value",
              header: "Value",
              align: "right",
              cell: (row) => <NumberValue value={row.value} digits={Number.isInteger(row.value) ? 0 : 4} />,
              csv: (row) => row.value,
            },
          ]}
        />
      </Card>
      <Card title="Signature" flush>
        <DataTable
          label="Signature"
          rows={[...fields("inputs"), ...fields("outputs")]}
          rowKey={(row) => `${row.kind}:${row.name}`}
          columns={[
            { id: "name", header: "Name", mono: true, cell: (row) => row.name },
            { id: "kind", header: "", cell: (row) => (row.kind === "inputs" ? "Input" : "Output") },
            { id: "type", header: "Type", mono: true, cell: (row) => row.type },
            { id: "required", header: "Required", cell: (row) => (row.kind === "outputs" ? "" : row.required === false ? "No" : "Yes") },
            { id: "description", header: "Meaning", hideBelow: "md", cell: (row) => row.description ?? "" },
          ]}
        />
      </Card>
    </div>
  );
}

function CardTab({ version }: { version: Version }) {
  return (
    <Card title="Model card" right={version.abilities.write ? <EditCard version={version} /> : null}>
      {version.card ? (
        <Markdown source={version.card} />
      ) : (
        <EmptyState icon={FileText} title="No card" compact>
          The package step writes card.md into the model folder. You can also write it here.
        </EmptyState>
      )}
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
        csvName="files"
        columns={[
          {
            id: "path",
            header: "Path",
            mono: true,
            cell: (row) => (
              <TextLink external href={`/api/v1/models/${version.model.name}/versions/${version.version}/files/${row.path}`}>
                {row.path}
              </TextLink>
            ),
            csv: (row) => row.path,
          },
          { id: "size", header: "Size", align: "right", cell: (row) => <Bytes value={row.sizeBytes} />, csv: (row) => row.sizeBytes },
          { id: "digest", header: "Digest", mono: true, cell: (row) => <IdChip value={row.digest} short />, csv: (row) => row.digest },
        ]}
      />
    </Card>
  );
}

function Origin({ version }: { version: Version }) {
  return (
    <Card>
      <KeyValueList
        items={[
          { label: "Commit", value: version.commit ? <IdChip value={version.commit} short={12} /> : "Not recorded", mono: true },
          { label: "Environment lock", value: version.lockDigest ? <IdChip value={version.lockDigest} short /> : "Not recorded", mono: true },
          { label: "Data", value: version.dataDigest ? <IdChip value={version.dataDigest} short /> : "Not recorded", mono: true },
          ...Object.entries(version.params).map(([key, value]) => ({ label: key, value, mono: true })),
        ]}
      />
    </Card>
  );
}
