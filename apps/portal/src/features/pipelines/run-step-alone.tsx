"use client";

import { useMutation } from "@tanstack/react-query";
import { Button, Dialog, Notice, SegmentedControl, useNavigate } from "@trellis/ui";
import { StepForward } from "lucide-react";
import { useState } from "react";
import { type Outputs, useTRPC } from "@/live/trpc";

type Run = Outputs["pipelines"]["run"];

/** Runs one step again on what the steps before it left in this run: to try a change without the rest. */
export function RunStepAlone({ run, stepKey }: { run: Run; stepKey: string }) {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const [code, setCode] = useState<"same" | "latest">("same");
  const start = useMutation(
    trpc.pipelines.runStepAlone.mutationOptions({ onSuccess: ({ number }) => navigate(`/projects/${run.project.slug}/runs/${number}`) }),
  );
  const needs = run.steps.find((step) => step.key === stepKey)?.needs.filter((need) => need !== "environment") ?? [];
  return (
    <>
      <Button size="sm" icon={StepForward} onClick={() => setOpen(true)}>
        Run alone
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Run ${stepKey} alone`}
        description={
          needs.length > 0
            ? `It gets what ${needs.join(", ")} left in run ${run.number}. Nothing is registered.`
            : "It needs no other step. Nothing is registered."
        }
        footer={
          <>
            <Button onClick={() => setOpen(false)}>Close</Button>
            <Button variant="primary" icon={StepForward} loading={start.isPending} onClick={() => start.mutate({ runId: run.id, step: stepKey, code })}>
              Run this step
            </Button>
          </>
        }
      >
        <div className="flex flex-col gap-4">
          {start.error ? <Notice tone="fail">{start.error.message}</Notice> : null}
          <SegmentedControl
            label="Code"
            value={code}
            onChange={setCode}
            items={[
              { value: "same", label: "Code of this run" },
              { value: "latest", label: "Newest code" },
            ]}
          />
        </div>
      </Dialog>
    </>
  );
}
