import {
  compareCommits,
  compareCommitsInput,
  listProjectMembers,
  listProjects,
  listProjectsInput,
  projectAbilities,
  readReadme,
  readReadmeInput,
  requireProject,
  setProjectMember,
  setProjectMemberInput,
  updateProject,
  updateProjectInput,
} from "@trellis/core/catalog/index.ts";
import { projectReference } from "../references.ts";
import { procedure, router } from "../trpc.ts";

export const catalogRouter = router({
  list: procedure("project.list", "GET /projects", "Projects that you may see")
    .input(listProjectsInput)
    .query(({ ctx, input }) => listProjects(ctx.core, input)),
  get: procedure("project.read", "GET /projects/{project}", "One project")
    .input(projectReference)
    .query(async ({ ctx, input }) => {
      const project = await requireProject(ctx.core, input.project);
      const [members, abilities] = await Promise.all([listProjectMembers(ctx.core, project.id), projectAbilities(ctx.core, project.id)]);
      return { ...project, members, abilities };
    }),
  readme: procedure("project.read", "GET /projects/{project}/readme", "README.md of its main branch")
    .input(readReadmeInput)
    .query(({ ctx, input }) => readReadme(ctx.core, input)),
  compareCommits: procedure("project.read", "GET /compare-commits", "What differs between the files and locked packages of two commits")
    .input(compareCommitsInput)
    .query(({ ctx, input }) => compareCommits(ctx.core, input)),
  update: procedure("project.manage", "PATCH /projects/{project}", "Change or archive a project")
    .input(updateProjectInput)
    .mutation(({ ctx, input }) => updateProject(ctx.core, input)),
  setMember: procedure("project.manage", "PUT /projects/{project}/members/{userId}", "Add, change or take out a member")
    .input(setProjectMemberInput)
    .mutation(({ ctx, input }) => setProjectMember(ctx.core, input)),
});
