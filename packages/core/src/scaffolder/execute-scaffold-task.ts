import { scaffoldStep, scaffoldTask, user } from "@trellis/db/schema";
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { recordAuditEvent } from "../audit/index.ts";
import { announce } from "../kernel/changes.ts";
import { type CoreContext, ROLES } from "../kernel/context.ts";
import { CoreError, isCoreError } from "../kernel/errors.ts";
import type { ActionInput, Checkpoint } from "./actions/action.ts";
import { ACTIONS } from "./actions/index.ts";
import { SCAFFOLD_ACTIONS } from "./domain/task-state.ts";
import type { Answers } from "./domain/template-manifest.ts";
import type { ScaffoldTask } from "./require-own-task.ts";

type Step = typeof scaffoldStep.$inferSelect;

/**
 * Carries out what is left of a task, action by action, as the person who asked for it. Every finished action leaves a
 * checkpoint, and every action finds what it has made before, so this may be called again after a crash at any point. A
 * failure ends the task with its reason in words; the platform's own going down does not.
 */
export async function executeScaffoldTask(ctx: CoreContext, input: { taskId: string }): Promise<void> {
  const task = await takeTask(ctx, input.taskId);
  if (!task) return;
  const steps = await ctx.db.select().from(scaffoldStep).where(eq(scaffoldStep.taskId, task.id)).orderBy(asc(scaffoldStep.position));
  const done = new Map<string, Checkpoint>();
  for (const step of steps) {
    if (step.status === "succeeded" && step.checkpoint) {
      done.set(step.action, step.checkpoint);
      continue;
    }
    if (!(await beginStep(ctx, task, step))) return;
    try {
      const checkpoint = await runAction(ctx, task, step, done);
      done.set(step.action, checkpoint);
      await finishStep(ctx, task, step, checkpoint);
    } catch (error) {
      // Going down is no failure: the job comes again. Neither is a database that does not answer.
      if (ctx.signal.aborted) throw error;
      await failTask(ctx, task, step, error);
      return;
    }
  }
  await endTask(ctx, task);
}

async function takeTask(ctx: CoreContext, taskId: string): Promise<ScaffoldTask | null> {
  return ctx.db.transaction(async (tx) => {
    const [task] = await tx
      .update(scaffoldTask)
      .set({ status: "running" })
      .where(and(eq(scaffoldTask.id, taskId), inArray(scaffoldTask.status, ["queued", "running"])))
      .returning();
    if (task) await announce(tx, `scaffold-task:${taskId}`);
    return task ?? null;
  });
}

/** False when the task was cancelled meanwhile. */
async function beginStep(ctx: CoreContext, task: ScaffoldTask, step: Step): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    const [live] = await tx.select({ status: scaffoldTask.status }).from(scaffoldTask).where(eq(scaffoldTask.id, task.id)).for("update");
    if (live?.status !== "running") return false;
    await tx
      .update(scaffoldStep)
      .set({ status: "running", startedAt: step.startedAt ?? ctx.now(), error: null })
      .where(stepIs(step));
    await announce(tx, `scaffold-task:${task.id}`);
    return true;
  });
}

async function runAction(ctx: CoreContext, task: ScaffoldTask, step: Step, done: ReadonlyMap<string, Checkpoint>): Promise<Checkpoint> {
  const known = SCAFFOLD_ACTIONS.find(({ action }) => action === step.action);
  if (!known) throw new CoreError("PRECONDITION_FAILED", `This version of the portal does not know the action ${step.action}.`);
  const say = async (line: string): Promise<void> => {
    await ctx.db.transaction(async (tx) => {
      await tx
        .update(scaffoldStep)
        .set({ log: sql`${scaffoldStep.log} || ${`${line}\n`}` })
        .where(stepIs(step));
      await announce(tx, `scaffold-task:${task.id}`);
    });
  };
  return ACTIONS[known.action].run({ ...(await actingAsAuthor(ctx, task)), task, done, say });
}

/** The context of the person who asked, and what the files are rendered with; both are read anew so that a lost right counts. */
async function actingAsAuthor(ctx: CoreContext, task: ScaffoldTask): Promise<Pick<ActionInput, "ctx" | "renderInput">> {
  const [person] = await ctx.db.select().from(user).where(eq(user.id, task.createdBy));
  const role = ROLES.find((candidate) => candidate === person?.role);
  if (!person || !role || person.disabledAt) throw new CoreError("FORBIDDEN", "The person who asked for the project has no access any more.");
  const { title, description, ...answers } = task.answers;
  return {
    ctx: { ...ctx, actor: { kind: "user", userId: person.id, name: person.name, email: person.email, role } },
    renderInput: {
      project: { slug: task.slug, title: String(title ?? task.slug), description: String(description ?? "") },
      answers: plainAnswers(answers),
      author: { name: person.name, email: person.email },
      year: task.createdAt.getUTCFullYear(),
    },
  };
}

function plainAnswers(stored: Record<string, unknown>): Answers {
  const answers: Answers = {};
  for (const [name, value] of Object.entries(stored)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") answers[name] = value;
  }
  return answers;
}

async function finishStep(ctx: CoreContext, task: ScaffoldTask, step: Step, checkpoint: Checkpoint): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.update(scaffoldStep).set({ status: "succeeded", checkpoint, endedAt: ctx.now() }).where(stepIs(step));
    const { projectId, runId } = checkpoint;
    if (typeof projectId === "string") await tx.update(scaffoldTask).set({ projectId }).where(eq(scaffoldTask.id, task.id));
    if (typeof runId === "string") await tx.update(scaffoldTask).set({ runId }).where(eq(scaffoldTask.id, task.id));
    await announce(tx, `scaffold-task:${task.id}`);
  });
}

async function failTask(ctx: CoreContext, task: ScaffoldTask, step: Step, error: unknown): Promise<void> {
  if (!isCoreError(error))
    ctx.log.error(
      { taskId: task.id, action: step.action, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      "scaffold action failed",
    );
  const words = isCoreError(error) ? error.message : "The portal could not do this. The reason is in its log; retry when it is mended.";
  const reason = `${step.title}: ${words}`;
  await ctx.db.transaction(async (tx) => {
    await tx.update(scaffoldStep).set({ status: "failed", error: words, endedAt: ctx.now() }).where(stepIs(step));
    const [moved] = await tx
      .update(scaffoldTask)
      .set({ status: "failed", reason, endedAt: ctx.now() })
      .where(and(eq(scaffoldTask.id, task.id), eq(scaffoldTask.status, "running")))
      .returning({ id: scaffoldTask.id });
    if (moved)
      await recordAuditEvent(tx, ctx, {
        action: "scaffolder.task.fail",
        subject: { kind: "scaffold-task", id: task.id, name: task.slug },
        data: { action: step.action, reason: words },
      });
    await announce(tx, `scaffold-task:${task.id}`);
  });
}

async function endTask(ctx: CoreContext, task: ScaffoldTask): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [moved] = await tx
      .update(scaffoldTask)
      .set({ status: "succeeded", reason: "", endedAt: ctx.now() })
      .where(and(eq(scaffoldTask.id, task.id), eq(scaffoldTask.status, "running")))
      .returning({ id: scaffoldTask.id });
    if (!moved) return;
    await recordAuditEvent(tx, ctx, {
      action: "scaffolder.task.complete",
      subject: { kind: "scaffold-task", id: task.id, name: task.slug },
      projectId: task.id,
    });
    await announce(tx, `scaffold-task:${task.id}`, "projects");
  });
}

function stepIs(step: Step) {
  return and(eq(scaffoldStep.taskId, step.taskId), eq(scaffoldStep.position, step.position));
}
