import { retryRun, startRun } from "@trellis/core/pipelines/index.ts";
import { setAlias, setVersionTags } from "@trellis/core/registry/index.ts";
import { modelVersion, project as projectTable, run, runCounter } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import type { SeedProject } from "./company.ts";
import type { RunFate } from "./scripted-step.ts";
import type { SeededPeople } from "./seed-people.ts";
import { refreshData } from "./seed-project.ts";
import type { SeedWorldContext } from "./seed-world.ts";
import { settle } from "./settle.ts";

/** The version that a training has left, if it went well. */
export type TrainedVersion = { id: string; modelId: string; version: number };

/** A person of the project trains: sometimes it fails and is tried again, sometimes it is stopped. */
export async function train(world: SeedWorldContext, people: SeededPeople, project: SeedProject, round: number): Promise<TrainedVersion | null> {
  const { random } = world;
  const who = people.person(random.pick([project.owner, project.owner, ...project.members]));
  if (round > 0 && round % 4 === 0) await refreshData(world, people, project);
  const fate = decide(random.next(), round);
  world.decideFate(project.slug, await nextRunNumber(world, project.slug), fate);
  // Computed anew, since what a run comes to is decided above.
  const { runId } = await startRun(who, { project: project.slug, pipeline: "train", parameters: parametersOf(project, world), noCache: true });
  await settle(world);
  const version = await versionOfRun(world, runId);
  if (version) await labelVersion(people, project, version);
  if (version || fate === "cancel") return version;
  if (!random.chance(0.6)) return null;
  world.clock.advance(random.whole(600, 5_400));
  const retried = await retryRun(who, { runId });
  await settle(world);
  return versionOfRun(world, retried.runId);
}

/** Looks at the data, as somebody does now and then. */
export async function checkData(world: SeedWorldContext, people: SeededPeople, project: SeedProject): Promise<void> {
  if (project.template) return;
  await startRun(people.person(project.owner), { project: project.slug, pipeline: "check-data" });
  await settle(world);
}

function decide(share: number, round: number): RunFate {
  // The first ones go well, so that every project has something to show.
  if (round < 2 || share < 0.76) return "succeed";
  if (share < 0.84) return "fail-train";
  if (share < 0.88) return "fail-evaluate";
  return share < 0.95 ? "flaky" : "cancel";
}

function parametersOf({ template }: SeedProject, { random }: SeedWorldContext): Record<string, number> {
  if (template) return random.chance(0.5) ? { max_depth: random.whole(3, 7), trees: random.pick([150, 200, 300]) } : {};
  return random.chance(0.5) ? { epochs: random.pick([40, 60, 80]), learning_rate: random.pick([0.5, 0.8, 1.1]) } : {};
}

async function nextRunNumber({ system }: SeedWorldContext, slug: string): Promise<number> {
  const [row] = await system.db
    .select({ last: runCounter.lastNumber })
    .from(runCounter)
    .innerJoin(projectTable, eq(projectTable.id, runCounter.projectId))
    .where(eq(projectTable.slug, slug));
  return (row?.last ?? 0) + 1;
}

async function versionOfRun({ system }: SeedWorldContext, runId: string): Promise<TrainedVersion | null> {
  const [row] = await system.db
    .select({ id: modelVersion.id, modelId: modelVersion.modelId, version: modelVersion.version })
    .from(modelVersion)
    .innerJoin(run, eq(run.id, modelVersion.runId))
    .where(eq(run.id, runId));
  return row ?? null;
}

async function labelVersion(people: SeededPeople, project: SeedProject, { id, modelId, version }: TrainedVersion): Promise<void> {
  const owner = people.person(project.owner);
  if (version % 3 === 0) await setAlias(owner, { modelId, alias: "challenger", version, reason: "Best on the rows held out so far" });
  if (version % 4 === 1) await setVersionTags(owner, { versionId: id, tags: { reviewed: "yes", team: project.team } });
}
