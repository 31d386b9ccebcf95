import { StatusBadge } from "@trellis/ui";
import type { ComponentProps } from "react";

/** What clients call a state, in the portal's words. */
const STATES: Record<string, string> = { RUNNING: "running", SCHEDULED: "queued", FINISHED: "succeeded", FAILED: "failed", KILLED: "cancelled" };

type Run = { status: string; pipelineRun?: { status: string } | null };

/** State of a tracked run; a pipeline's run says it more exactly. */
export function TrackedStatus({ run, variant }: { run: Run; variant?: ComponentProps<typeof StatusBadge>["variant"] }) {
  return <StatusBadge kind="run" variant={variant} status={run.pipelineRun?.status ?? STATES[run.status] ?? run.status} />;
}
