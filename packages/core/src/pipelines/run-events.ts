import { runEvent } from "@trellis/db/schema";
import type { CoreContext, Database, Transaction } from "../kernel/context.ts";

export type RunEventDraft = { stepKey?: string; attempt?: number; /** `run.started`, `step.queued`, `attempt.failed`, … */ kind: string; message?: string };

/** Appends what happened to a run, in the transaction in which it happens. */
export async function recordRunEvents(tx: Database | Transaction, ctx: CoreContext, runId: string, events: RunEventDraft[]): Promise<void> {
  if (events.length === 0) return;
  await tx.insert(runEvent).values(
    events.map((event) => ({
      runId,
      stepKey: event.stepKey ?? null,
      attempt: event.attempt ?? null,
      kind: event.kind,
      message: event.message ?? "",
      at: ctx.now(),
    })),
  );
}
