"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, CodeBlock, Duration, Notice, PageHeader, StatusBadge, TextLink } from "@trellis/ui";
import { Play } from "lucide-react";
import { PageFrame, useCrumbs, useOrigin } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";

type Task = Outputs["scaffolder"]["task"];

/** The creation of a project while it happens, and what to do with it afterwards. */
export function ScaffoldTaskPage({ taskId }: { taskId: string }) {
  const trpc = useTRPC();
  const task = useQuery(trpc.scaffolder.task.queryOptions({ taskId }));
  useLive(`scaffold-task:${taskId}`, trpc.scaffolder.task.queryKey({ taskId }));
  useCrumbs({ label: "Create", href: "/create" }, { label: task.data?.slug ?? "Task" });
  return <PageFrame query={task}>{(found) => <TaskDetail task={found} />}</PageFrame>;
}

function TaskDetail({ task }: { task: Task }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.scaffolder.task.queryKey({ taskId: task.id }) });
  const retry = useMutation(trpc.scaffolder.retry.mutationOptions({ onSuccess: refresh }));
  const cancel = useMutation(trpc.scaffolder.cancel.mutationOptions({ onSuccess: refresh }));
  const live = task.status === "queued" || task.status === "running";
  const error = retry.error ?? cancel.error;
  return (
    <>
      <PageHeader
        title={`Creating ${task.slug}`}
        status={<StatusBadge status={task.status} kind="scaffold" />}
        meta={`From ${task.template} ${task.templateVersion}`}
        actions={
          <>
            {live ? (
              <Button loading={cancel.isPending} onClick={() => cancel.mutate({ taskId: task.id })}>
                Cancel
              </Button>
            ) : null}
            {task.status === "failed" || task.status === "cancelled" ? (
              <Button variant="primary" loading={retry.isPending} onClick={() => retry.mutate({ taskId: task.id })}>
                Retry from the failed step
              </Button>
            ) : null}
            {task.status === "succeeded" ? (
              <Button variant="primary" href={`/projects/${task.slug}`}>
                Open project
              </Button>
            ) : null}
          </>
        }
      />
      {error ? <Notice tone="fail">{error.message}</Notice> : null}
      {task.status === "failed" ? (
        <Notice tone="fail" title="A step failed">
          {task.reason} {task.exists.length > 0 ? `So far there is: ${task.exists.join(", ")}.` : "Nothing was made yet."}
        </Notice>
      ) : null}
      <Card title="Steps" flush>
        <ol className="divide-y divide-line">
          {task.steps.map((step) => (
            <li key={step.position} className="flex flex-col gap-2 px-4 py-3">
              <div className="flex items-center gap-3">
                <StatusBadge status={step.status} kind="scaffold" variant="icon" />
                <span className="font-medium">{step.title}</span>
                <span className="ml-auto text-xs text-ink-3">
                  {step.startedAt ? <Duration from={step.startedAt} to={step.endedAt} live={step.status === "running"} /> : null}
                </span>
              </div>
              {step.log ? (
                <pre className="overflow-x-auto rounded-md bg-sunken px-3 py-2 font-mono text-xs whitespace-pre-wrap text-ink-2">{step.log.trimEnd()}</pre>
              ) : null}
              {step.error ? <p className="text-sm text-fail-ink">{step.error}</p> : null}
            </li>
          ))}
        </ol>
      </Card>
      {task.status === "succeeded" ? <WhatNext task={task} /> : null}
    </>
  );
}

function WhatNext({ task }: { task: Task }) {
  const origin = useOrigin();
  return (
    <Card title="Go on" className="mt-4">
      <div className="flex flex-col gap-4">
        {task.runNumber ? (
          <p className="flex items-center gap-2 text-sm">
            <Play size={16} aria-hidden />
            <TextLink href={`/projects/${task.slug}/runs/${task.runNumber}`}>Watch run {task.runNumber}</TextLink>
          </p>
        ) : null}
        <div className="flex flex-col gap-1">
          <p className="text-sm text-ink-2">
            Clone it. User name: any; password: one of your <TextLink href="/settings/tokens">access tokens</TextLink>.
          </p>
          <CodeBlock code={`git clone ${origin}/git/${task.repository}.git`} language="bash" />
        </div>
      </div>
    </Card>
  );
}
