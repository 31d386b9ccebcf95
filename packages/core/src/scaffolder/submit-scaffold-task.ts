import { scaffoldStep, scaffoldTask } from "@trellis/db/schema";
import { recordAuditEvent } from "../audit/index.ts";
import { authorize } from "../identity/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { lockProjectName, nameTakenMessage, whoHasName } from "./check-project-name.ts";
import { SCAFFOLD_ACTIONS } from "./domain/task-state.ts";
import { scaffoldExecute } from "./jobs.ts";
import { checkScaffoldRequest, type ScaffoldRequest } from "./scaffold-request.ts";

/** Asks for a project from a template. The name is kept from this moment on. INVALID (answers), CONFLICT (the name is taken). */
export async function submitScaffoldTask(ctx: CoreContext, input: ScaffoldRequest): Promise<{ taskId: string }> {
  await authorize(ctx, "project.create");
  const { actor } = ctx;
  if (actor.kind !== "user") throw new CoreError("FORBIDDEN", "Only a person can create a project: somebody must own it.");
  const request = await checkScaffoldRequest(ctx, input);
  const { slug } = request.project;
  const taskId = ctx.newId();
  await ctx.db.transaction(async (tx) => {
    await lockProjectName(tx, slug);
    const holder = (await whoHasName(tx, [slug])).get(slug);
    if (holder) throw new CoreError("CONFLICT", nameTakenMessage(slug, holder), { issues: [{ path: "slug", message: "This name is taken." }] });
    await tx.insert(scaffoldTask).values({
      id: taskId,
      template: request.template.name,
      templateVersion: request.template.manifest.version,
      slug,
      answers: { ...request.answers, title: request.project.title, description: request.project.description },
      visibility: request.visibility,
      teamId: request.teamId,
      createdBy: actor.userId,
      createdAt: ctx.now(),
    });
    await tx.insert(scaffoldStep).values(SCAFFOLD_ACTIONS.map(({ action, title }, position) => ({ taskId, position, action, title, checkpoint: null })));
    await recordAuditEvent(tx, ctx, {
      action: "scaffolder.task.submit",
      subject: { kind: "scaffold-task", id: taskId, name: slug },
      data: { template: request.template.name, templateVersion: request.template.manifest.version },
    });
    await enqueueJob(tx, scaffoldExecute, { taskId }, { key: taskId });
    await announce(tx, `scaffold-task:${taskId}`);
  });
  return { taskId };
}
