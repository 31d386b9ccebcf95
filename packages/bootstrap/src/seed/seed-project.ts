import { createProject, requireProject, setProjectMember } from "@trellis/core/catalog/index.ts";
import { SourceHostCapability } from "@trellis/core/catalog/ports.ts";
import { registerPipelines } from "@trellis/core/pipelines/index.ts";
import { submitScaffoldTask } from "@trellis/core/scaffolder/index.ts";
import type { SeedProject } from "./company.ts";
import { dataRows, projectFiles } from "./project-files.ts";
import { type SeededPeople, userIdOf } from "./seed-people.ts";
import type { SeedWorldContext } from "./seed-world.ts";
import { settle } from "./settle.ts";

/** Begins a project: by the wizard's own task when it has a template, else by a first commit of its files. */
export async function beginProject(world: SeedWorldContext, people: SeededPeople, project: SeedProject): Promise<void> {
  const owner = people.person(project.owner);
  const { slug, title, description, visibility = "internal", template } = project;
  const teamId = people.teamId(project.team);
  if (template) {
    await submitScaffoldTask(owner, { template: template.name, slug, title, description, visibility, teamId, answers: template.answers });
    await settle(world);
  } else {
    await createProject(owner, { slug, title, description, visibility, teamId, repository: `projects/${slug}`, ownerId: userIdOf(owner) });
    await world.system.resolve(SourceHostCapability).createRepository(`projects/${slug}`);
    await commitFiles(world, people, project, "Begin the project", await projectFiles(project, world.dayOf(world.clock.now())));
  }
  for (const member of project.members) await setProjectMember(owner, { project: slug, userId: userIdOf(people.person(member)), role: "contributor" });
}

/** Brings the data of the last days into the repository, as the project's nightly export does. */
export async function refreshData(world: SeedWorldContext, people: SeededPeople, project: SeedProject): Promise<void> {
  if (project.template) return;
  const day = world.dayOf(world.clock.now());
  await commitFiles(world, people, project, `Data until day ${day}`, { "data/rows.csv": dataRows(project, day) });
}

async function commitFiles(
  world: SeedWorldContext,
  people: SeededPeople,
  { slug, owner }: SeedProject,
  message: string,
  files: Record<string, string>,
): Promise<void> {
  const ctx = people.person(owner);
  const { repository } = await requireProject(ctx, slug, "project.write");
  const author = ctx.actor.kind === "user" ? { name: ctx.actor.name, email: ctx.actor.email } : { name: "Trellis", email: "trellis@localhost" };
  const changes = Object.entries(files).map(([path, content]) => ({ path, content }));
  await world.system.resolve(SourceHostCapability).commit(repository, { branch: "main", message, author, changes, key: `seed ${slug} ${message}` });
  await registerPipelines(ctx, { project: slug });
}
