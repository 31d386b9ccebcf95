import { pipeline, pipelineVersion, projectSpec as projectSpecTable } from "@trellis/db/schema";
import { and, desc, eq, isNull, notInArray } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { type Project, requireProject } from "../catalog/index.ts";
import { SourceHostCapability } from "../catalog/ports.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { CoreError, isCoreError } from "../kernel/errors.ts";
import { storableText } from "../kernel/storable-text.ts";
import { parseProjectFile, PROJECT_FILE } from "./domain/pipeline-file.ts";
import type { PipelineSpec, ProjectSpec } from "./domain/pipeline-spec.ts";
import { specDigest } from "./domain/spec-digest.ts";
import { readProjectSpec } from "./project-spec.ts";
import { firePush } from "./triggers/fire-events.ts";
import { removeTriggers, syncTriggers } from "./triggers/sync-triggers.ts";
import { wakeScheduler } from "./wake-scheduler.ts";

const MAX_FILE_BYTES = 256 * 1024;

export const registerPipelinesInput = z.object({
  /** Id or slug. */
  project: z.string(),
  /** Full commit id; the head of `main` when left out. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .optional(),
});

export type RegisteredPipeline = { pipelineId: string; name: string; versionId: string; number: number; /** A new version was made. */ created: boolean };

/**
 * Reads `trellis.yaml` at a commit and makes what it declares the project's pipelines; a pipeline that did not change keeps
 * its version. INVALID names file, line and field: then the last good version stays, and the problem is kept for people.
 */
export async function registerPipelines(
  ctx: CoreContext,
  input: z.input<typeof registerPipelinesInput>,
): Promise<{ commit: string; spec: ProjectSpec; pipelines: RegisteredPipeline[] }> {
  const parsed = registerPipelinesInput.parse(input);
  const project = await requireProject(ctx, parsed.project, "project.write");
  if (project.repository === "")
    throw new CoreError(
      "PRECONDITION_FAILED",
      `${project.slug} holds what notebooks log: it has no repository, so it can have no pipeline. Create a project for one.`,
    );
  const commit = parsed.commit ?? (await ctx.resolve(SourceHostCapability).head(project.repository, "main"))?.commit;
  if (!commit) throw new CoreError("PRECONDITION_FAILED", `The repository of ${project.slug} has no commit on main yet. Push one with a ${PROJECT_FILE}.`);
  const spec = await readSpec(ctx, project, commit).catch(async (error: unknown) => {
    if (isCoreError(error) && error.code === "INVALID") await keepProblem(ctx, project, commit, error);
    throw error;
  });
  const pipelines = await ctx.db.transaction(async (tx) => {
    await lockSpec(tx, project.id);
    const registered: RegisteredPipeline[] = [];
    for (const declared of Object.values(spec.pipelines)) registered.push(await registerOne(tx, ctx, project, commit, declared));
    await markRemoved(tx, ctx, project, registered);
    await tx.update(projectSpecTable).set({ commit, spec, registeredAt: ctx.now(), problem: null }).where(eq(projectSpecTable.projectId, project.id));
    await recordAuditEvent(tx, ctx, {
      action: "pipelines.spec.register",
      subject: { kind: "project", id: project.id, name: project.slug },
      projectId: project.id,
      data: { commit, pipelines: registered.map(({ name, number, created }) => ({ name, number, created })) },
    });
    await announce(tx, `project:${project.id}`, `runs:${project.id}`);
    await wakeScheduler(tx);
    return registered;
  });
  return { commit, spec, pipelines };
}

/**
 * The job's side of `registerPipelines`: a file that cannot be read is a fact about the project, not a failed job. A commit
 * that was pushed then starts what waits for a push to main, unless a later one has come since.
 */
export async function registerPipelinesJob(ctx: CoreContext, payload: { projectId: string; commit?: string }): Promise<void> {
  const registered = await registerPipelines(ctx, { project: payload.projectId, commit: payload.commit }).catch((error: unknown) => {
    if (!isCoreError(error) || error.code === "UNAVAILABLE") throw error;
    ctx.log.info({ projectId: payload.projectId, problem: error.message }, "trellis.yaml was refused");
    return null;
  });
  if (!registered || payload.commit === undefined) return;
  const { commit } = await readProjectSpec(ctx, payload.projectId);
  if (commit === payload.commit) await firePush(ctx, { projectId: payload.projectId, branch: "main", commit });
}

async function readSpec(ctx: CoreContext, project: Project, commit: string): Promise<ProjectSpec> {
  const content = await ctx.resolve(SourceHostCapability).readFile(project.repository, commit, PROJECT_FILE, MAX_FILE_BYTES);
  if (!content) {
    const message = `${PROJECT_FILE} is missing in the root of the repository at commit ${commit.slice(0, 10)}.`;
    throw new CoreError("INVALID", message, { issues: [{ file: PROJECT_FILE, line: 1, column: 1, message }] });
  }
  return parseProjectFile(content.toString("utf8"), PROJECT_FILE, project.slug);
}

async function keepProblem(ctx: CoreContext, project: Project, commit: string, error: CoreError): Promise<void> {
  const problem = {
    commit,
    message: storableText(error.message),
    issues: error.issues.map((issue) => ({
      ...issue,
      message: storableText(issue.message),
      ...(issue.path === undefined ? {} : { path: storableText(issue.path) }),
    })),
    at: ctx.now().toISOString(),
  };
  await ctx.db.transaction(async (tx) => {
    await lockSpec(tx, project.id);
    await tx.update(projectSpecTable).set({ problem }).where(eq(projectSpecTable.projectId, project.id));
    await recordAuditEvent(tx, ctx, {
      action: "pipelines.spec.refuse",
      subject: { kind: "project", id: project.id, name: project.slug },
      projectId: project.id,
      data: { commit, message: problem.message },
    });
    await announce(tx, `project:${project.id}`);
  });
}

/** Registrations of one project follow one another. */
async function lockSpec(tx: Transaction, projectId: string): Promise<void> {
  await tx.insert(projectSpecTable).values({ projectId }).onConflictDoNothing();
  await tx.select({ projectId: projectSpecTable.projectId }).from(projectSpecTable).where(eq(projectSpecTable.projectId, projectId)).for("update");
}

async function registerOne(tx: Transaction, ctx: CoreContext, project: Project, commit: string, spec: PipelineSpec): Promise<RegisteredPipeline> {
  const [row] = await tx
    .insert(pipeline)
    .values({ id: ctx.newId(), projectId: project.id, name: spec.name, description: spec.description, createdAt: ctx.now() })
    .onConflictDoUpdate({ target: [pipeline.projectId, pipeline.name], set: { description: spec.description, removedAt: null } })
    .returning({ id: pipeline.id });
  if (!row) throw new Error(`Pipeline ${spec.name} of ${project.slug} was not stored`);
  const digest = specDigest(spec);
  const [latest] = await tx.select().from(pipelineVersion).where(eq(pipelineVersion.pipelineId, row.id)).orderBy(desc(pipelineVersion.number)).limit(1);
  await syncTriggers(tx, ctx, { projectId: project.id, pipelineId: row.id, triggers: spec.triggers });
  if (latest?.specDigest === digest) return { pipelineId: row.id, name: spec.name, versionId: latest.id, number: latest.number, created: false };
  const version = { id: ctx.newId(), pipelineId: row.id, number: (latest?.number ?? 0) + 1, commit, spec, specDigest: digest, createdAt: ctx.now() };
  await tx.insert(pipelineVersion).values(version);
  return { pipelineId: row.id, name: spec.name, versionId: version.id, number: version.number, created: true };
}

async function markRemoved(tx: Transaction, ctx: CoreContext, project: Project, registered: RegisteredPipeline[]): Promise<void> {
  const kept = registered.map((row) => row.pipelineId);
  const gone = and(eq(pipeline.projectId, project.id), isNull(pipeline.removedAt), kept.length > 0 ? notInArray(pipeline.id, kept) : undefined);
  const removed = await tx.update(pipeline).set({ removedAt: ctx.now() }).where(gone).returning({ id: pipeline.id });
  await removeTriggers(
    tx,
    ctx,
    removed.map((row) => row.id),
  );
}
