import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import type { KeyValue } from "../domain/limits.ts";
import { protocolRunId, runNotFound } from "../domain/protocol-ids.ts";
import { mayWriteRun, requireLoggedModel } from "../rights.ts";
import { checkedBatch, type LoggedMetric } from "./batch.ts";
import { batchWriterOf } from "./batch-writer.ts";

/**
 * Logs metrics, parameters and tags to a run, all or nothing; it returns when they are committed. A point that is there
 * already changes nothing, a parameter keeps its first value (another one is INVALID), of a tag the last value stays. The
 * tag `mlflow.runName` renames the run, unless it is a pipeline's. A metric with a model is a metric of that model too.
 */
export async function logBatch(
  ctx: CoreContext,
  input: { runId: string; metrics?: readonly LoggedMetric[]; params?: readonly KeyValue[]; tags?: readonly KeyValue[] },
): Promise<void> {
  const batch = checkedBatch(input);
  await mayWriteRun(ctx, input.runId);
  const models = new Set(batch.metrics.flatMap(({ modelId }) => modelId ?? []));
  for (const modelId of models) await requireLoggedModel(ctx, modelId, "project.write");
  const verdict = await batchWriterOf(ctx.db).write(batch);
  if (verdict.outcome === "missing") throw runNotFound(input.runId);
  if (verdict.outcome === "deleted") throw runInactive(input.runId);
  if (verdict.outcome === "param-changed") throw paramChanged(input.runId, verdict);
}

/** The INVALID of a write to a deleted run, in the words that clients look for. */
export function runInactive(runId: string): CoreError {
  return new CoreError("INVALID", `The run ${protocolRunId(runId)} must be in the 'active' state. Current state is deleted.`);
}

function paramChanged(runId: string, { key, before, value }: { key: string; before: string; value: string }): CoreError {
  return new CoreError(
    "INVALID",
    `Changing param values is not allowed. Param with key='${key}' was already logged with value='${before}' for run ID='${protocolRunId(runId)}'. Attempted logging new value '${value}'.`,
  );
}
