import { experiment, project, projectMember } from "@trellis/db/schema";
import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { visibleProjects } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { experimentNotFound } from "../domain/protocol-ids.ts";
import { authorizeRecently, orMissing, requireExperiment } from "../rights.ts";
import { DEFAULT_EXPERIMENT, defaultExperimentId, experimentIdIn } from "./default-experiment.ts";
import { type Experiment, readExperiments, type TrackingScope } from "./experiment.ts";

/** An experiment by its number, deleted or not; `0` is the scope's default. */
export async function getExperiment(ctx: CoreContext, input: { scope: TrackingScope; experimentId: number }): Promise<Experiment> {
  const id = await experimentIdIn(ctx, input.scope, input.experimentId);
  await requireExperiment(ctx, id, "project.read");
  const [found] = await readExperiments(ctx.db, [id]);
  if (!found) throw experimentNotFound(id);
  return found;
}

/**
 * An experiment by its name, deleted or not. In a project's scope that of the project. For a person: that of their own
 * project, else of a project they may write to, else of another that they may see; the oldest of several.
 */
export async function getExperimentByName(ctx: CoreContext, input: { scope: TrackingScope; name: string }): Promise<Experiment> {
  const missing = new CoreError("NOT_FOUND", `Could not find experiment with name '${input.name}'`);
  const { projectId } = input.scope;
  if (projectId) await orMissing(authorizeRecently(ctx, "project.read", projectId), missing);
  if (input.name === DEFAULT_EXPERIMENT) await defaultExperimentId(ctx, input.scope);
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : "";
  const [row] = await ctx.db
    .select({ id: experiment.id })
    .from(experiment)
    .innerJoin(project, eq(project.id, experiment.projectId))
    .leftJoin(projectMember, and(eq(projectMember.projectId, project.id), eq(projectMember.userId, userId)))
    .where(and(eq(experiment.name, input.name), isNull(project.archivedAt), visibleProjects(ctx), projectId ? eq(project.id, projectId) : undefined))
    .orderBy(sql`case when ${project.personalOf} = ${userId} then 0 when ${projectMember.role} is not null then 1 else 2 end`, asc(experiment.id))
    .limit(1);
  const [found] = row ? await readExperiments(ctx.db, [row.id]) : [];
  if (!found) throw missing;
  return found;
}
