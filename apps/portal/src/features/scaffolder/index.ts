export { CreateProjectPage } from "./create-project-page";
export { ScaffoldTaskPage } from "./scaffold-task-page";
export { TemplatesPage } from "./templates-page";
