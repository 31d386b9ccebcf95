"use client";

import { useQuery } from "@tanstack/react-query";
import { Bytes, Card, EmptyState, EventTimeline, KeyValueList, Notice, ProgressBar, SegmentedControl, StatusBadge, Tabs, TextLink } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { FileText, ListTree } from "lucide-react";
import dynamic from "next/dynamic";
import { parseAsInteger, parseAsStringLiteral, useQueryState } from "nuqs";
import { Markdown, PageFrame } from "@/features/shell";
import { type Outputs, useTRPC } from "@/live/trpc";
import { AttemptLog } from "./attempt-log";
import { RunStepAlone } from "./run-step-alone";
import { StepCache } from "./step-cache";

const StepMetrics = dynamic(() => import("./step-metrics").then((module) => module.StepMetrics), { ssr: false });

type Run = Outputs["pipelines"]["run"];

const TABS = ["log", "metrics", "files", "parameters", "cache", "events"] as const;

/** Everything about one step: its attempts' logs, what it measured, what it left. */
export function StepPanel({ run, stepKey }: { run: Run; stepKey: string }) {
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("log"));
  const [chosen, setChosen] = useQueryState("attempt", parseAsInteger);
  const step = run.steps.find((candidate) => candidate.key === stepKey);
  const attempts = run.attempts.filter((attempt) => attempt.stepKey === stepKey);
  const attempt = attempts.find((candidate) => candidate.number === chosen) ?? attempts.at(-1);
  if (!step) return null;
  const metrics = run.metrics.filter((metric) => metric.stepKey === stepKey);
  return (
    <Card
      className="mt-4"
      flush
      title={
        <span className="flex items-center gap-2">
          <StatusBadge status={step.status} kind="step" variant="icon" />
          {step.key}
        </span>
      }
      aside={step.reason}
      right={
        <>
          {attempts.length > 1 && attempt ? (
            <SegmentedControl
              label="Attempt"
              size="sm"
              value={String(attempt.number)}
              onChange={(value) => void setChosen(Number(value))}
              items={attempts.map(({ number }) => ({ value: String(number), label: `Attempt ${number}` }))}
            />
          ) : null}
          {run.abilities.write && run.endedAt !== null && step.stage !== "setup" ? <RunStepAlone run={run} stepKey={stepKey} /> : null}
        </>
      }
    >
      <div className="flex flex-col gap-3 p-4">
        {attempt?.reason && attempt.status !== "succeeded" ? (
          <Notice tone="fail" title={`Attempt ${attempt.number} ended`}>
            {attempt.reason}
          </Notice>
        ) : null}
        {step.progress ? (
          <ProgressBar label={`${step.progress.done} of ${step.progress.total} ${step.progress.unit}`} value={step.progress.done} max={step.progress.total} />
        ) : null}
        <Tabs
          label={`Of step ${step.key}`}
          value={tab}
          onChange={(value) => void setTab(value as (typeof TABS)[number])}
          items={[
            { value: "log", label: "Log" },
            { value: "metrics", label: "Metrics", count: metrics.length },
            { value: "files", label: "Files" },
            { value: "parameters", label: "Parameters", count: Object.keys(run.parameters).length },
            ...(step.cacheNote
              ? [{ value: "cache" as const, label: "Cache", ...(step.cacheNote.differences.length > 0 ? { count: step.cacheNote.differences.length } : {}) }]
              : []),
            { value: "events", label: "Events" },
          ]}
        >
          {tab === "log" ? attempt ? <AttemptLog key={attempt.id} attempt={attempt} /> : <NoAttempt step={step} /> : null}
          {tab === "metrics" ? <StepMetrics runId={run.id} metrics={metrics} /> : null}
          {tab === "files" ? <StepFiles runId={run.id} stepKey={stepKey} summary={step.summary} /> : null}
          {tab === "parameters" ? <Parameters run={run} stepKey={stepKey} command={step.command} /> : null}
          {tab === "cache" && step.cacheNote ? <StepCache note={step.cacheNote} /> : null}
          {tab === "events" ? <StepEvents run={run} stepKey={stepKey} /> : null}
        </Tabs>
      </div>
    </Card>
  );
}

function NoAttempt({ step }: { step: Run["steps"][number] }) {
  if (step.reusedFrom)
    return (
      <EmptyState icon={ListTree} title={`Reused from run ${step.reusedFrom.runNumber}`} compact>
        Nothing was computed again.
      </EmptyState>
    );
  return (
    <EmptyState icon={ListTree} title={step.status === "cached" ? "Nothing had to be done" : "Has not started"} compact>
      {step.reason}
    </EmptyState>
  );
}

function StepFiles({ runId, stepKey, summary }: { runId: string; stepKey: string; summary: string | null }) {
  const trpc = useTRPC();
  const files = useQuery(trpc.tracking.artifacts.queryOptions({ runId, stepKey, limit: 100 }));
  return (
    <div className="flex flex-col gap-4">
      {summary ? <Markdown source={summary} /> : null}
      <PageFrame query={files}>
        {(page) => (
          <DataTable
            label="Files"
            rows={page.items}
            rowKey={(row) => row.id}
            empty={
              <EmptyState icon={FileText} title="No files" compact>
                Files that trellis.yaml lists under outputs are kept here.
              </EmptyState>
            }
            columns={[
              {
                id: "path",
                header: "Path",
                mono: true,
                cell: (row) => (
                  <TextLink external href={`/api/v1/artifacts/${row.id}/content`}>
                    {row.path}
                  </TextLink>
                ),
              },
              { id: "size", header: "Size", align: "right", cell: (row) => <Bytes value={row.sizeBytes} /> },
              { id: "digest", header: "Digest", mono: true, hideBelow: "md", cell: (row) => row.digest.slice(7, 19) },
            ]}
          />
        )}
      </PageFrame>
    </div>
  );
}

function Parameters({ run, stepKey, command }: { run: Run; stepKey: string; command: string | null }) {
  const logged = run.params.filter((param) => param.stepKey === stepKey);
  return (
    <div className="flex flex-col gap-4">
      <KeyValueList
        items={[
          ...(command ? [{ label: "Command", value: command, mono: true }] : []),
          ...Object.entries(run.parameters).map(([key, value]) => ({ label: key, value: String(value), mono: true })),
          ...logged.map(({ key, value }) => ({ label: `${key} (logged)`, value, mono: true })),
        ]}
      />
    </div>
  );
}

function StepEvents({ run, stepKey }: { run: Run; stepKey: string }) {
  const events = run.events.filter((event) => event.stepKey === stepKey || event.stepKey === null);
  return (
    <EventTimeline
      label="What happened"
      timeForm="clock"
      events={events.map((event) => ({
        id: String(event.seq),
        at: event.at,
        title: event.message || event.kind,
        detail: event.message ? event.kind : undefined,
      }))}
    />
  );
}
