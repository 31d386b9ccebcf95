import type { CoreContext } from "../../kernel/context.ts";
import { runNotFound } from "../domain/protocol-ids.ts";
import { authorizeRecently, orMissing } from "../rights.ts";
import { readTrackedRuns, type TrackedRun } from "./tracked-run.ts";

/** A run with all that was logged, deleted or not. */
export async function getTrackedRun(ctx: CoreContext, input: { runId: string }): Promise<TrackedRun> {
  const missing = runNotFound(input.runId);
  const [found] = await readTrackedRuns(ctx.db, [input.runId]);
  if (!found) throw missing;
  await orMissing(authorizeRecently(ctx, "project.read", found.projectId), missing);
  return found;
}
