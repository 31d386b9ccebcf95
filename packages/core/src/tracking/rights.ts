import { type SQL, sql } from "drizzle-orm";
import { authorize } from "../identity/index.ts";
import type { Actor, CoreContext, Database } from "../kernel/context.ts";
import { type CoreError, isCoreError } from "../kernel/errors.ts";
import { experimentNotFound, modelNotFound, runNotFound } from "./domain/protocol-ids.ts";

export type TrackingPermission = "project.read" | "project.write";

/** A right that was withdrawn works this much longer. */
const KEPT_MS = 5_000;
const MAX_ENTRIES = 10_000;

/** Rights that were found to be there, by database, since a process may have several in tests. Refusals are not kept. */
const remembered = new WeakMap<Database, Map<string, number>>();

/** `authorize` for a project, remembered for a few seconds: a client that logs in a loop costs one look-up and not one a call. */
export async function authorizeRecently(ctx: CoreContext, permission: TrackingPermission, projectId: string): Promise<void> {
  await recently(ctx, `${permission} ${projectId}`, () => authorize(ctx, permission, { projectId }));
}

/**
 * Throws unless the actor may write to this run; remembered like rights. Whether the run is deleted is not looked at: the
 * statement that writes does that.
 */
export async function mayWriteRun(ctx: CoreContext, runId: string): Promise<void> {
  await recently(ctx, `log ${runId}`, async () => {
    await requireTrackedRun(ctx, runId, "project.write");
  });
}

export type TrackedRunHome = { projectId: string; experimentId: number; artifactLocation: string | null; source: "client" | "pipeline"; deleted: boolean };

/** Where a run belongs, if the actor may do this with its project; NOT_FOUND when it is not there or hidden. */
export async function requireTrackedRun(ctx: CoreContext, runId: string, permission: TrackingPermission): Promise<TrackedRunHome> {
  return required<TrackedRunHome>(
    ctx,
    permission,
    runNotFound(runId),
    sql`select e.project_id as "projectId", e.id as "experimentId", e.artifact_location as "artifactLocation", r.source, r.deleted_at is not null as deleted
      from tracked_run r join experiment e on e.id = r.experiment_id where r.id = ${runId}::uuid`,
  );
}

export type ExperimentHome = { id: number; projectId: string; name: string; artifactLocation: string | null; deleted: boolean };

/** An experiment, if the actor may do this with its project; NOT_FOUND when it is not there or hidden. */
export async function requireExperiment(ctx: CoreContext, experimentId: number, permission: TrackingPermission): Promise<ExperimentHome> {
  return required<ExperimentHome>(
    ctx,
    permission,
    experimentNotFound(experimentId),
    sql`select id, project_id as "projectId", name, artifact_location as "artifactLocation", deleted_at is not null as deleted
      from experiment where id = ${experimentId}::int`,
  );
}

export type LoggedModelHome = { projectId: string; experimentId: number; artifactLocation: string | null; deleted: boolean };

/** Where a logged model belongs, if the actor may do this with its project; NOT_FOUND when it is not there or hidden. */
export async function requireLoggedModel(ctx: CoreContext, modelId: string, permission: TrackingPermission): Promise<LoggedModelHome> {
  return required<LoggedModelHome>(
    ctx,
    permission,
    modelNotFound(modelId),
    sql`select e.project_id as "projectId", e.id as "experimentId", e.artifact_location as "artifactLocation", m.deleted_at is not null as deleted
      from logged_model m join experiment e on e.id = m.experiment_id where m.id = ${modelId}::uuid`,
  );
}

async function required<Home extends { projectId: string }>(ctx: CoreContext, permission: TrackingPermission, missing: CoreError, query: SQL): Promise<Home> {
  const { rows } = await ctx.db.execute(query);
  const home = rows[0] as Home | undefined;
  if (!home) throw missing;
  await orMissing(authorizeRecently(ctx, permission, home.projectId), missing);
  return home;
}

/** Says of what lies in a hidden project that it is not there. */
export async function orMissing<Result>(work: Promise<Result>, missing: CoreError): Promise<Result> {
  return work.catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? missing : error;
  });
}

async function recently(ctx: CoreContext, right: string, check: () => Promise<void>): Promise<void> {
  const rights = remembered.get(ctx.db) ?? new Map<string, number>();
  remembered.set(ctx.db, rights);
  const key = `${actorKey(ctx.actor)} ${right}`;
  const now = ctx.now().getTime();
  if ((rights.get(key) ?? 0) > now) return;
  await check();
  if (rights.size >= MAX_ENTRIES) rights.clear();
  rights.set(key, now + KEPT_MS);
}

function actorKey(actor: Actor): string {
  if (actor.kind === "user") return `user ${actor.userId} ${actor.role}`;
  return actor.kind === "attempt" ? `attempt ${actor.attemptId}` : "system";
}
