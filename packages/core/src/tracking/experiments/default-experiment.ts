import { experiment } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { ensurePersonalProject, findPersonalProject } from "../../catalog/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { experimentNotFound } from "../domain/protocol-ids.ts";
import { authorizeRecently } from "../rights.ts";
import type { TrackingScope } from "./experiment.ts";

/** The experiment that a client means by `0`: there is one in each scope, made at the first use. */
export const DEFAULT_EXPERIMENT = "Default";

/** Id of the project that a scope creates in; the person's own is made at the first use. */
export async function projectOfScope(ctx: CoreContext, scope: TrackingScope): Promise<string> {
  return scope.projectId ?? ensurePersonalProject(ctx);
}

/** The number of an experiment; `0` is the scope's default. NOT_FOUND where that is missing and the actor may not make it. */
export async function experimentIdIn(ctx: CoreContext, scope: TrackingScope, experimentId: number): Promise<number> {
  if (experimentId !== 0) return experimentId;
  const id = await defaultExperimentId(ctx, scope);
  if (id === null) throw experimentNotFound(experimentId);
  return id;
}

/** Id of the scope's default experiment, made now if missing; null when the actor may not make it. */
export async function defaultExperimentId(ctx: CoreContext, scope: TrackingScope): Promise<number | null> {
  const projectId = scope.projectId ?? (await findPersonalProject(ctx));
  const found = projectId ? await findDefault(ctx, projectId) : null;
  if (found !== null) return found;
  try {
    const home = await projectOfScope(ctx, scope);
    await authorizeRecently(ctx, "project.write", home);
    return await makeDefault(ctx, home);
  } catch (error) {
    if (isCoreError(error) && error.code !== "UNAVAILABLE") return null;
    throw error;
  }
}

async function makeDefault(ctx: CoreContext, projectId: string): Promise<number | null> {
  const now = ctx.now();
  await ctx.db.transaction(async (tx) => {
    const made = await tx
      .insert(experiment)
      .values({ projectId, name: DEFAULT_EXPERIMENT, createdBy: ctx.actor.name, createdAt: now, updatedAt: now })
      .onConflictDoNothing()
      .returning({ id: experiment.id });
    if (made.length > 0) await announce(tx, `experiments:${projectId}`);
  });
  return findDefault(ctx, projectId);
}

async function findDefault(ctx: CoreContext, projectId: string): Promise<number | null> {
  const [row] = await ctx.db
    .select({ id: experiment.id })
    .from(experiment)
    .where(and(eq(experiment.projectId, projectId), eq(experiment.name, DEFAULT_EXPERIMENT)));
  return row?.id ?? null;
}
