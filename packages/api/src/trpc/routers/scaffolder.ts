import {
  cancelScaffoldTask,
  cancelScaffoldTaskInput,
  checkProjectName,
  checkProjectNameInput,
  getScaffoldTask,
  getScaffoldTaskInput,
  getTemplate,
  getTemplateInput,
  listScaffoldTasks,
  listScaffoldTasksInput,
  listTemplates,
  previewScaffold,
  retryScaffoldTask,
  retryScaffoldTaskInput,
  scaffoldRequestInput,
  submitScaffoldTask,
} from "@trellis/core/scaffolder/index.ts";
import { procedure, router } from "../trpc.ts";

export const scaffolderRouter = router({
  templates: procedure("project.list", "GET /templates", "Templates and how many projects use each").query(({ ctx }) => listTemplates(ctx.core)),
  template: procedure("project.list", "GET /templates/{name}", "One template with its form")
    .input(getTemplateInput)
    .query(({ ctx, input }) => getTemplate(ctx.core, input)),
  checkName: procedure("project.create", "GET /project-names/{slug}", "Whether a project may have this name")
    .input(checkProjectNameInput)
    .query(({ ctx, input }) => checkProjectName(ctx.core, input)),
  preview: procedure("project.create", "POST /scaffold-tasks/preview", "Every file, before it exists")
    .input(scaffoldRequestInput)
    .mutation(({ ctx, input }) => previewScaffold(ctx.core, input)),
  submit: procedure("project.create", "POST /scaffold-tasks", "Create a project from a template")
    .input(scaffoldRequestInput)
    .mutation(({ ctx, input }) => submitScaffoldTask(ctx.core, input)),
  tasks: procedure("project.create", "GET /scaffold-tasks", "Your own creations")
    .input(listScaffoldTasksInput)
    .query(({ ctx, input }) => listScaffoldTasks(ctx.core, input)),
  task: procedure("project.create", "GET /scaffold-tasks/{taskId}", "One creation with its steps")
    .input(getScaffoldTaskInput)
    .query(({ ctx, input }) => getScaffoldTask(ctx.core, input)),
  retry: procedure("project.create", "POST /scaffold-tasks/{taskId}/retry", "Go on from the failed step")
    .input(retryScaffoldTaskInput)
    .mutation(({ ctx, input }) => retryScaffoldTask(ctx.core, input)),
  cancel: procedure("project.create", "POST /scaffold-tasks/{taskId}/cancel", "Stop a creation")
    .input(cancelScaffoldTaskInput)
    .mutation(({ ctx, input }) => cancelScaffoldTask(ctx.core, input)),
});
