import { createProject } from "../../catalog/index.ts";
import { recordEdge, templateLineageId } from "../../lineage/index.ts";
import type { Action } from "./action.ts";
import { repositoryName } from "./create-repository.ts";

/** Registers the project under the task's own id, so that a repeat finds it; the person becomes its owner. */
export const registerProject: Action = {
  action: "register-project",
  async run({ ctx, task, renderInput, say }) {
    const { title, description } = renderInput.project;
    const project = await createProject(ctx, {
      id: task.id,
      slug: task.slug,
      title,
      description,
      visibility: task.visibility === "private" ? "private" : "internal",
      teamId: task.teamId,
      repository: repositoryName(task.slug),
      template: task.template,
      templateVersion: task.templateVersion,
      templateAnswers: task.answers,
      ownerId: task.createdBy,
    });
    await recordEdge(ctx.db, ctx, {
      from: { kind: "template", id: templateLineageId(task.template, task.templateVersion) },
      to: { kind: "project", id: project.id },
      relation: "scaffolded",
      projectId: project.id,
    });
    await say(`Project ${project.slug}, owned by ${renderInput.author.name}`);
    return { projectId: project.id };
  },
};
