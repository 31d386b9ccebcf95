import { sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { hasUnstorableText } from "../../kernel/storable-text.ts";
import { requireTrackedRun } from "../rights.ts";
import { inActiveRun } from "./update-tracked-run.ts";

const HISTORY_TAG = "mlflow.log-model.history";
const FIELDS = ["artifact_path", "flavors", "utc_time_created", "run_id"];

/** Adds what an older client says of a model that it put among a run's files to the list in the run's tag. */
export async function logModelHistory(ctx: CoreContext, input: { runId: string; modelJson: string }): Promise<void> {
  const entry = readEntry(input.modelJson);
  const home = await requireTrackedRun(ctx, input.runId, "project.write");
  // The lock of the run's row orders those who add.
  await inActiveRun(ctx, input.runId, home, async (tx) => {
    const { rows } = await tx.execute<{ value: string }>(sql`select value from run_tag where run_id = ${input.runId}::uuid and key = ${HISTORY_TAG}`);
    const value = JSON.stringify([...readHistory(rows[0]?.value), entry]);
    await tx.execute(sql`insert into run_tag (run_id, key, value) values (${input.runId}::uuid, ${HISTORY_TAG}, ${value})
      on conflict (run_id, key) do update set value = excluded.value`);
  });
}

function readEntry(text: string): object {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    throw new CoreError("INVALID", `Malformed model info. \n ${text.slice(0, 200)} \n is not a valid JSON.`);
  }
  if (typeof entry !== "object" || entry === null || Array.isArray(entry) || hasUnstorableText(entry))
    throw new CoreError("INVALID", "Model json must be an object of storable text.");
  const missing = FIELDS.filter((field) => !(field in entry));
  if (missing.length > 0) throw new CoreError("INVALID", `Model json is missing mandatory fields: ${missing.join(", ")}`);
  return entry;
}

/** A client may have set the tag to anything. */
function readHistory(value: string | undefined): unknown[] {
  try {
    const history: unknown = JSON.parse(value ?? "[]");
    return Array.isArray(history) ? history : [];
  } catch {
    return [];
  }
}
