export { cancelScaffoldTask, cancelScaffoldTaskInput } from "./cancel-scaffold-task.ts";
export { checkProjectName, checkProjectNameInput, type ProjectNameCheck } from "./check-project-name.ts";
export { executeScaffoldTask } from "./execute-scaffold-task.ts";
export { scaffoldExecute } from "./jobs.ts";
export { type PlannedThing, type PreviewFile, previewScaffold, type ScaffoldPreview } from "./preview-scaffold.ts";
export {
  getScaffoldTask,
  getScaffoldTaskInput,
  getTemplate,
  getTemplateInput,
  listScaffoldTasks,
  listScaffoldTasksInput,
  listTemplates,
  type TemplateDetail,
  type TemplateSummary,
} from "./queries.ts";
export { retryScaffoldTask, retryScaffoldTaskInput } from "./retry-scaffold-task.ts";
export { type ScaffoldRequest, scaffoldRequestInput } from "./scaffold-request.ts";
export { submitScaffoldTask } from "./submit-scaffold-task.ts";
export { loadTemplates } from "./templates.ts";
