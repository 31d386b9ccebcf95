"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, CheckList, ConfirmDialog, Dialog, Menu, Notice, Skeleton, useNavigate, useToast } from "@trellis/ui";
import { ChevronDown, RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import { type Outputs, useTRPC } from "@/live/trpc";
import { StartRunDialog } from "./start-run-button";

type Run = Outputs["pipelines"]["run"];

/** Cancel while it runs; afterwards run again or go on from what failed, with the plan shown first. */
export function RunActions({ run }: { run: Run }) {
  const trpc = useTRPC();
  const toast = useToast();
  const [open, setOpen] = useState<"cancel" | "retry" | "rerun" | null>(null);
  const cancel = useMutation(trpc.pipelines.cancel.mutationOptions({ onError: (error) => toast.error(error.message) }));
  if (!run.abilities.write) return null;
  const ended = run.endedAt !== null;
  const mayRetry = run.status === "failed" || run.status === "errored" || run.status === "cancelled";
  return (
    <>
      {ended ? (
        <Menu
          label="Run again"
          align="end"
          trigger={
            <Button icon={RotateCcw} iconAfter={ChevronDown}>
              Run again
            </Button>
          }
          items={[
            ...(mayRetry ? [{ label: "Retry from the failed step", onSelect: () => setOpen("retry") }] : []),
            { label: "Run again, also with other parameters", onSelect: () => setOpen("rerun") },
          ]}
        />
      ) : (
        <Button variant="danger" icon={Square} loading={run.status === "cancelling"} onClick={() => setOpen("cancel")}>
          Cancel run
        </Button>
      )}
      <ConfirmDialog
        open={open === "cancel"}
        onOpenChange={(isOpen) => setOpen(isOpen ? "cancel" : null)}
        title={`Cancel run ${run.number}`}
        description="Everything that it started is stopped. Steps that have ended keep their files, and a retry can use them."
        confirmLabel="Cancel run"
        cancelLabel="Let it run"
        danger
        onConfirm={() => cancel.mutateAsync({ runId: run.id })}
      />
      {open === "retry" ? <RetryDialog run={run} onClose={() => setOpen(null)} /> : null}
      {open === "rerun" ? (
        <StartRunDialog
          slug={run.project.slug}
          pipeline={run.pipelineVersion.spec}
          earlier={{ runId: run.id, number: run.number, parameters: run.parameters }}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}

function RetryDialog({ run, onClose }: { run: Run; onClose(): void }) {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const plan = useQuery(trpc.pipelines.planRetry.queryOptions({ runId: run.id }));
  const retry = useMutation(trpc.pipelines.retry.mutationOptions({ onSuccess: ({ number }) => navigate(`/projects/${run.project.slug}/runs/${number}`) }));
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={`Retry run ${run.number}`}
      description="A new run goes on from here. This is what it would do:"
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button variant="primary" loading={retry.isPending} disabled={!plan.data} onClick={() => retry.mutate({ runId: run.id })}>
            Start the retry
          </Button>
        </>
      }
    >
      {retry.error || plan.error ? <Notice tone="fail">{(retry.error ?? plan.error)?.message}</Notice> : null}
      {plan.data ? (
        <CheckList
          items={plan.data.steps.map((step) => ({
            id: step.key,
            state: step.action === "reuse" ? ("pass" as const) : ("running" as const),
            title: step.key,
            detail: step.why,
            right: step.action === "reuse" ? "Reuse" : "Run",
          }))}
        />
      ) : (
        <Skeleton lines={4} />
      )}
    </Dialog>
  );
}
