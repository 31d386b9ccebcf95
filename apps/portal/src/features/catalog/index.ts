export { ProjectPage } from "./project-page";
export { ProjectSettingsPage } from "./project-settings-page";
export { ProjectsPage } from "./projects-page";
