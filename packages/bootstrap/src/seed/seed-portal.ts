import { ensureEnvironmentsRepository } from "@trellis/core/delivery/index.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { acknowledgeAlert, evaluateMonitor, listAlerts } from "@trellis/core/monitoring/index.ts";
import { markNotificationsRead } from "@trellis/core/notifications/index.ts";
import { updateModel } from "@trellis/core/registry/index.ts";
import { project as projectTable } from "@trellis/db/schema";
import type { Trellis } from "../create-trellis.ts";
import { PEOPLE, type SeedProject } from "./company.ts";
import { PROJECTS } from "./projects.ts";
import { createRandom } from "./random.ts";
import { type SeedAccount, type SeededPeople, seedPeople } from "./seed-people.ts";
import { searchInNotebook } from "./seed-notebooks.ts";
import { beginProject } from "./seed-project.ts";
import { decideRetrained, promote } from "./seed-requests.ts";
import { openSeedTraffic, type SeedTraffic } from "./seed-traffic.ts";
import { checkData, train } from "./seed-training.ts";
import { DAY_MS, openSeedWorld, SEED_DAYS, type SeedWorldContext } from "./seed-world.ts";
import { settle } from "./settle.ts";

export type SeedOptions = {
  /** The same text gives the same company. Ids of accounts and of commits differ all the same: they are made by others. */
  seed?: string;
  /** Share of the trainings that happen, 0 to 1; for tests. */
  share?: number;
  /** The moment at which the story ends. */
  now?: Date;
  say?: (line: string) => void;
};

export type SeedReport = { accounts: SeedAccount[]; /** What was logged as a warning or an error on the way. */ problems: string[] };

/** Long enough for a retraining of every project that drifts, one after the other. */
const LAST_JUDGEMENT_MS = 2.5 * 3_600_000;

type Act = { at: Date; play(): Promise<unknown> };

/**
 * Fills an empty portal with sixty days of a small company, by the verbs that people use, one act after the other. CONFLICT
 * when there are projects already.
 */
export async function seedPortal(trellis: Trellis, options: SeedOptions = {}): Promise<SeedReport> {
  const { seed = "trellis", share = 1, now = new Date(), say = () => {} } = options;
  await refuseUnlessEmpty(trellis);
  const world = await openSeedWorld(trellis, { seed, start: new Date(now.getTime() - SEED_DAYS * DAY_MS) });
  const traffic = await openSeedTraffic(world, now);
  try {
    await ensureEnvironmentsRepository(world.system);
    const people = await seedPeople(world);
    const acts = [
      ...PROJECTS.flatMap((project) => projectActs({ world, people, traffic, project, share })),
      ...PROJECTS.filter(({ slug }) => WITH_NOTEBOOKS.includes(slug)).map((project) => notebookAct(world, people, project)),
      ...weeklyActs(world, people, traffic),
    ];
    let month = "";
    for (const { at, play } of acts.toSorted((left, right) => left.at.getTime() - right.at.getTime())) {
      const label = `day ${Math.floor(world.dayOf(at) / 10) * 10}`;
      if (label !== month) say((month = label));
      world.clock.reach(at);
      await play();
    }
    await endStory(world, people, traffic, now);
    return { accounts: people.accounts, problems: world.problems };
  } finally {
    await traffic.close();
    await world.close();
  }
}

async function refuseUnlessEmpty({ context, database }: Trellis): Promise<void> {
  if ((await context.db.$count(projectTable)) > 0)
    throw new CoreError(
      "CONFLICT",
      "This portal has projects already. The seed only fills an empty portal: name another data folder by TRELLIS_DATA, or another database.",
    );
  if (database.kind === "pglite") return;
  const { rows } = await database.execute(
    "select count(*)::int as held from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
  );
  if (Number(rows[0]?.["held"]) > 0) throw new CoreError("CONFLICT", "A portal is running on this database. Stop it, then seed.");
}

function projectActs(scene: { world: SeedWorldContext; people: SeededPeople; traffic: SeedTraffic; project: SeedProject; share: number }): Act[] {
  const { world, people, project } = scene;
  const random = createRandom(`${project.slug} calendar`);
  const trainings = Math.max(3, Math.round(project.trainings * scene.share));
  const first = project.bornDay + 0.2;
  const days = Array.from({ length: trainings }, (_, round) => first + ((SEED_DAYS - 0.9 - first) * (round + 0.8 * random.next())) / trainings);
  return [
    { at: world.momentOf(project.bornDay, 1 + random.next()), play: () => beginProject(world, people, project) },
    ...days.map((day, round) => ({
      at: world.momentOf(day, 0),
      play: async () => {
        if (round % 2 === 1) await checkData(world, people, project);
        const version = await train(world, people, project, round);
        if (version) await promote(scene, version);
        if (version?.version === 1) await describeModel(people, project, version.modelId);
      },
    })),
  ];
}

async function describeModel(people: SeededPeople, project: SeedProject, modelId: string): Promise<void> {
  await updateModel(people.person(project.owner), { modelId, description: project.description });
}

/** Projects in which somebody also works in a notebook. */
const WITH_NOTEBOOKS = ["no-show-forecast", "refund-fraud"];

function notebookAct(world: SeedWorldContext, people: SeededPeople, project: SeedProject): Act {
  return { at: world.momentOf(project.bornDay + 2, 9), play: () => searchInNotebook(world, people, project) };
}

function weeklyActs(world: SeedWorldContext, people: SeededPeople, traffic: SeedTraffic): Act[] {
  return Array.from({ length: Math.floor(SEED_DAYS / 7) }, (_, week) => ({
    at: world.momentOf((week + 1) * 7, 5),
    play: async () => {
      await judge(world, traffic);
      const project = PROJECTS.find(({ slug }) => slug === "no-show-forecast");
      if (project) await decideRetrained({ world, people, traffic, project });
    },
  }));
}

async function judge(world: SeedWorldContext, traffic: SeedTraffic): Promise<void> {
  await traffic.catchUp();
  for (const { id } of await traffic.live()) await evaluateMonitor(world.system, { deploymentId: id });
  await settle(world);
}

/** The last morning: monitors are judged once more, somebody looks at an alert, and most messages have been read. */
async function endStory(world: SeedWorldContext, people: SeededPeople, traffic: SeedTraffic, now: Date): Promise<void> {
  for (const { key } of PEOPLE.slice(0, 8)) await markNotificationsRead(people.person(key), {});
  // What the last judgement starts takes its time, and all of it must lie in the past.
  world.clock.reach(new Date(now.getTime() - LAST_JUDGEMENT_MS));
  await judge(world, traffic);
  const { items } = await listAlerts(people.administrator, { status: ["firing"] });
  const [seen] = items.filter(({ project }) => project.slug === "fuel-burn");
  if (seen) await acknowledgeAlert(people.person("jun.takeda"), { alertId: seen.id });
  world.clock.reach(now);
  await traffic.catchUp();
  await settle(world);
}
