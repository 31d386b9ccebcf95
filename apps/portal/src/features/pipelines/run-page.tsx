"use client";

import { useQuery } from "@tanstack/react-query";
import { Card, SegmentedControl, StatusBadge, StatStrip, TextLink, Time, Duration, Finding, PageHeader, Button } from "@trellis/ui";
import { Gantt, type GanttHandle, GanttZoom } from "@trellis/ui/graph";
import { GitCompareArrows } from "lucide-react";
import dynamic from "next/dynamic";
import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useRef } from "react";
import { LineageLink } from "@/features/lineage";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { dagOf, findingOf, ganttOf } from "./run-view";
import { RunActions } from "./run-actions";
import { StepPanel } from "./step-panel";
import { triggerWords } from "./trigger-words";

const DagView = dynamic(() => import("@trellis/ui/dag").then((module) => module.DagView), { ssr: false });

export type Run = Outputs["pipelines"]["run"];

/** One run: where it is, and why it failed or waits. */
export function RunPage({ slug, number }: { slug: string; number: string }) {
  const trpc = useTRPC();
  const input = { project: slug, number: Number(number) };
  const run = useQuery(trpc.pipelines.run.queryOptions(input));
  useLive(run.data ? `run:${run.data.id}` : null, trpc.pipelines.run.queryKey(input), trpc.tracking.pathKey());
  useCrumbs({ label: slug, href: `/projects/${slug}` }, { label: `Run ${number}` });
  return <PageFrame query={run}>{(data) => <RunDetail run={data} />}</PageFrame>;
}

function RunDetail({ run }: { run: Run }) {
  const finding = findingOf(run);
  return (
    <>
      <PageHeader
        title={`Run ${run.number}`}
        status={<StatusBadge status={run.status} kind="run" />}
        actions={
          <>
            <LineageLink kind="run" id={run.id} />
            <Button icon={GitCompareArrows} href={`/compare?runs=${run.id}`}>
              Compare
            </Button>
            <RunActions run={run} />
          </>
        }
        finding={finding ? <Finding tone={finding.tone}>{finding.text}</Finding> : undefined}
      />
      <StatStrip label="About this run" items={facts(run)} />
      <Steps run={run} />
    </>
  );
}

function facts(run: Run) {
  const [version] = run.versions;
  const alertHref = typeof run.cause.deploymentName === "string" ? `/monitoring/${run.cause.deploymentName}` : undefined;
  return [
    {
      label: "Trigger",
      value: alertHref ? <TextLink href={alertHref}>{triggerWords(run.triggerKind)}</TextLink> : triggerWords(run.triggerKind),
      detail:
        typeof run.cause.summary === "string" ? (
          run.cause.summary
        ) : run.retryOf ? (
          <TextLink href={`/projects/${run.project.slug}/runs/${run.retryOf.number}`}>{`of run ${run.retryOf.number}`}</TextLink>
        ) : null,
    },
    { label: "Started by", value: run.requestedByName, detail: <Time at={run.createdAt} /> },
    {
      label: "Commit",
      value: <span className="font-mono">{run.commit.slice(0, 8)}</span>,
      detail: run.lockDigest ? `lock ${run.lockDigest.slice(7, 15)}` : null,
    },
    { label: "Pipeline version", value: `${run.pipelineName} v${run.pipelineVersion.number}`, detail: `${run.steps.length} steps` },
    {
      label: run.endedAt ? "Took" : "Elapsed",
      value: run.startedAt ? <Duration from={run.startedAt} to={run.endedAt} live={run.endedAt === null} /> : "Not started",
      detail: run.usualSeconds ? (
        <>
          usually <Duration ms={run.usualSeconds * 1000} />
        </>
      ) : null,
    },
    {
      label: "Result",
      value: version ? (
        <TextLink href={`/models/${version.modelName}/versions/${version.version}`}>{`${version.modelName} v${version.version}`}</TextLink>
      ) : (
        "–"
      ),
      detail: version ? "registered" : run.endedAt ? "nothing registered" : "registered at the end",
    },
  ];
}

function Steps({ run }: { run: Run }) {
  const gantt = useRef<GanttHandle | null>(null);
  const [view, setView] = useQueryState("view", parseAsStringLiteral(["gantt", "dag"] as const).withDefault("gantt"));
  const [chosen, setChosen] = useQueryState("step", parseAsString);
  const stepKey = chosen ?? mostInteresting(run);
  const done = run.steps.filter((step) => ["succeeded", "cached", "skipped"].includes(step.status)).length;
  return (
    <>
      <Card
        className="mt-4"
        title="Steps"
        aside={`${done} of ${run.steps.length} done`}
        flush
        right={
          <>
            {view === "gantt" ? <GanttZoom gantt={gantt} /> : null}
            <SegmentedControl
              label="View of the steps"
              size="sm"
              value={view}
              onChange={(value) => void setView(value)}
              items={[
                { value: "gantt", label: "Gantt" },
                { value: "dag", label: "DAG" },
              ]}
            />
          </>
        }
      >
        {view === "gantt" ? (
          <Gantt
            ref={gantt}
            label={`Timeline of run ${run.number}`}
            data={ganttOf(run)}
            selected={stepKey ? { laneId: stepKey } : null}
            onSelect={({ laneId }) => void setChosen(laneId)}
          />
        ) : (
          <DagView label={`Graph of run ${run.number}`} {...dagOf(run)} selected={stepKey} onSelect={(id) => void setChosen(id)} />
        )}
      </Card>
      {stepKey ? (
        <StepPanel key={stepKey} run={run} stepKey={stepKey} />
      ) : (
        <Button onClick={() => void setChosen(run.steps[0]?.key ?? null)}>Show the first step</Button>
      )}
    </>
  );
}

/** The step that a person most likely came for: what failed, else what runs, else the last that ended. */
function mostInteresting(run: Run): string | null {
  const by = (...statuses: string[]) => run.steps.find((step) => statuses.includes(step.status))?.key;
  return by("failed", "errored") ?? by("running") ?? run.steps.findLast((step) => step.endedAt !== null)?.key ?? run.steps[0]?.key ?? null;
}
