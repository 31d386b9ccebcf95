import { experiment } from "@trellis/db/schema";
import { recordAuditEvent } from "../../audit/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { invalidValue, type KeyValue, LIMITS, requireKey, requireText } from "../domain/limits.ts";
import { authorizeRecently } from "../rights.ts";
import { projectOfScope } from "./default-experiment.ts";
import type { TrackingScope } from "./experiment.ts";

/**
 * Makes an experiment in the scope's project. CONFLICT when one of the name is there, a deleted one too. The name `Default`
 * may be made like any other and is then what `0` means.
 */
export async function createExperiment(
  ctx: CoreContext,
  input: { scope: TrackingScope; name: string; artifactLocation?: string | null; tags?: readonly KeyValue[] },
): Promise<{ experimentId: number }> {
  requireExperimentName(input.name, "name");
  if (input.artifactLocation) requireLocation(input.artifactLocation);
  const tags = input.tags ?? [];
  for (const tag of tags) requireExperimentTag(tag);
  const projectId = await projectOfScope(ctx, input.scope);
  await authorizeRecently(ctx, "project.write", projectId);
  return ctx.db.transaction(async (tx) => {
    const now = ctx.now();
    const [made] = await tx
      .insert(experiment)
      .values({
        projectId,
        name: input.name,
        artifactLocation: input.artifactLocation || null,
        tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
        createdBy: ctx.actor.name,
        createdAt: now,
        updatedAt: now,
      })
      .onConflictDoNothing()
      .returning({ id: experiment.id });
    if (!made) throw nameTaken(input.name);
    await recordAuditEvent(tx, ctx, {
      action: "tracking.experiment.create",
      subject: { kind: "experiment", id: String(made.id), name: input.name },
      projectId,
    });
    await announce(tx, `experiments:${projectId}`);
    return { experimentId: made.id };
  });
}

/** Refuses an empty name and one that is too long. */
export function requireExperimentName(name: string, field: string): void {
  if (name === "") throw invalidValue(field, name, "A name has at least one character.");
  requireText(name, field, LIMITS.experimentName);
}

/** Refuses a tag of an experiment that is too long; unlike a run's it is not cut. */
export function requireExperimentTag(tag: KeyValue): void {
  requireKey(tag.key, "key");
  requireText(tag.value, "value", LIMITS.experimentTagValue);
}

/** The CONFLICT of a name that another experiment of the project has. */
export function nameTaken(name: string): CoreError {
  return new CoreError("CONFLICT", `Experiment '${name}' already exists. A deleted one keeps its name: restore it, or choose another name.`, {
    issues: [{ path: "name", message: "This name is taken." }],
  });
}

function requireLocation(location: string): void {
  requireText(location, "artifact_location", LIMITS.artifactLocation);
  if (/[#?]/.test(location)) throw invalidValue("artifact_location", location, "It may have no fragment and no query.");
  if (location.startsWith("runs:")) throw invalidValue("artifact_location", location, "An experiment's files cannot lie in a run.");
  if (/(^|\/)\.\.(\/|$)/.test(location)) throw invalidValue("artifact_location", location, "It may have no '..' parts.");
}
