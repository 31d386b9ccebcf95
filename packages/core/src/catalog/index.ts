export { type ChangedFile, type CommitComparison, compareCommits, compareCommitsInput } from "./compare-commits.ts";
export { createProject, createProjectInput } from "./create-project.ts";
export { ensurePersonalProject, findPersonalProject } from "./ensure-personal-project.ts";
export { setProjectMember, setProjectMemberInput } from "./manage-members.ts";
export { listProjectMembers, listProjects, listProjectsInput, type Project, projectAbilities, requireProject } from "./queries.ts";
export { readReadme, readReadmeInput } from "./read-readme.ts";
export { updateProject, updateProjectInput } from "./update-project.ts";
