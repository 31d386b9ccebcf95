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
  Notice,
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
import { EditCard } from "./edit-card";
import { orderedMetrics } from "./headline-metrics";
import { modelHref } from "./model-links";
import { VersionChecks } from "./version-checks";
import { VersionActions } from "./version-actions";

export type Version = Outputs["registry"]["version"];

const TABS = ["overview", "card", "checks", "files", "environment"] as const;

/** One version: is it good, where did it come from, where is it live? */
export function ModelVersionPage({ model, version }: { model: string; version: string }) {
  const trpc = useTRPC();
  const found = useQuery(trpc.registry.version.queryOptions({ model, version: Number(version) }));
  useLive(found.data ? `model-version:${found.data.id}` : null, trpc.registry.pathKey());
  useLive("deployments", trpc.delivery.ofVersion.pathKey());
  useCrumbs({ label: "Models", href: "/models" }, { label: model, href: modelHref(model) }, { label: `Version ${version}` });
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
            {version.verification ? (
              <StatusBadge
                status={version.verification.ok ? "succeeded" : "failed"}
                label={version.verification.ok ? "Verified" : "Files are not what was registered"}
              />
            ) : null}
            {version.source.stage === "None" ? null : <Badge>{version.source.stage}</Badge>}
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
              <TextLink quiet href={modelHref(version.model.name, version.previous.version)}>{`before: version ${version.previous.version}`}</TextLink>
            ) : null}
            {version.next ? (
              <TextLink quiet href={modelHref(version.model.name, version.next.version)}>{`after: version ${version.next.version}`}</TextLink>
            ) : null}
          </>
        }
        actions={<VersionActions version={version} />}
      />
      <StatStrip
        label="About this version"
        items={[
          metric(first),
          ...(second ? [metric(second)] : []),
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
          { label: "Digest", value: version.files.length > 0 ? <IdChip value={version.digest} short /> : "No files here" },
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
            version.cardProblems.length > 0 ? { value: "card", label: "Card", count: version.cardProblems.length } : { value: "card", label: "Card" },
            { value: "checks", label: "Checks" },
            { value: "files", label: "Files", count: version.files.length },
            { value: "environment", label: version.origin === "client" ? "Source" : "Data and environment" },
          ]}
        >
          {tab === "overview" ? <Overview version={version} /> : null}
          {tab === "card" ? <CardTab version={version} /> : null}
          {tab === "checks" ? <VersionChecks version={version} /> : null}
          {tab === "files" ? <Files version={version} /> : null}
          {tab === "environment" ? <Origin version={version} /> : null}
        </Tabs>
      </div>
    </>
  );
}

function lineage(version: Version, live: Outputs["delivery"]["ofVersion"]) {
  const { loggedModel, trackedRun } = version.source;
  return [
    ...(version.origin === "pipeline"
      ? [{ id: "data", icon: Database, title: "Training data", detail: version.dataDigest?.slice(7, 19) ?? "not recorded", href: "/data" }]
      : []),
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
    ...(trackedRun
      ? [
          {
            id: "run",
            icon: CirclePlay,
            title: trackedRun.name,
            detail: "run of a client",
            href: `/experiments/${trackedRun.experimentId}/runs/${trackedRun.id}`,
          },
        ]
      : []),
    ...(loggedModel
      ? [
          {
            id: "logged",
            icon: Box,
            title: loggedModel.name,
            detail: "logged model",
            href: `/experiments/${loggedModel.experimentId}/models/m-${loggedModel.id.replaceAll("-", "")}`,
          },
        ]
      : []),
    {
      id: "version",
      icon: Box,
      title: `${version.model.name} v${version.version}`,
      detail: version.files.length > 0 ? version.digest.slice(7, 19) : "files lie elsewhere",
      current: true,
    },
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
      {version.cardProblems.length > 0 ? <CardProblems problems={version.cardProblems} /> : null}
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

/** What the card must still say before the version can go to production. */
function CardProblems({ problems }: { problems: Version["cardProblems"] }) {
  return (
    <Notice tone="warn" title="The card is not complete" className="mb-4">
      {(["missing", "empty"] as const)
        .map((kind) => ({ kind, sections: problems.filter(({ problem }) => problem === kind).map(({ section }) => section) }))
        .filter(({ sections }) => sections.length > 0)
        .map(({ kind, sections }) => `${kind === "missing" ? "Missing" : "Empty"}: ${sections.join(", ")}.`)
        .join(" ")}
    </Notice>
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
              <TextLink
                external
                href={`/api/v1/models/${encodeURIComponent(version.model.name)}/versions/${version.version}/files/${row.path.split("/").map(encodeURIComponent).join("/")}`}
              >
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
          ...(version.origin === "client" ? sourceItems(version) : []),
          { label: "Commit", value: version.commit ? <IdChip value={version.commit} short={12} /> : "Not recorded", mono: true },
          { label: "Environment lock", value: version.lockDigest ? <IdChip value={version.lockDigest} short /> : "Not recorded", mono: true },
          { label: "Data", value: version.dataDigest ? <IdChip value={version.dataDigest} short /> : "Not recorded", mono: true },
          ...Object.entries(version.params).map(([key, value]) => ({ label: key, value, mono: true })),
        ]}
      />
    </Card>
  );
}

/** Where a client said that it came from. */
function sourceItems({ source, createdBy }: Version) {
  return [
    { label: "Registered by", value: createdBy ?? "–" },
    { label: "Source", value: <span className="wrap-anywhere">{source.text}</span>, mono: true },
    ...(source.runRef ? [{ label: "Run", value: <IdChip value={source.runRef} copy />, mono: true }] : []),
    ...(source.runLink ? [{ label: "Link of the run", value: <span className="wrap-anywhere">{source.runLink}</span>, mono: true }] : []),
  ];
}
