import { Readable } from "node:stream";
import { requireProject } from "@trellis/core/catalog/index.ts";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { createExperiment, logBatch, putRunArtifact, createTrackedRun, updateTrackedRun } from "@trellis/core/tracking/index.ts";
import { createRandom, type Random } from "./random.ts";
import type { SeedProject } from "./company.ts";
import type { SeededPeople } from "./seed-people.ts";
import type { SeedWorldContext } from "./seed-world.ts";

const TRIALS = 18;
const STEPS = 120;
const STEP_MS = 2_500;

/** A search for good parameters from a notebook, as an MLflow client logs it: an experiment of the project with a run a trial. */
export async function searchInNotebook(world: SeedWorldContext, people: SeededPeople, project: SeedProject): Promise<void> {
  const owner = people.person(project.owner);
  const scope = { projectId: (await requireProject(owner, project.slug)).id };
  const { experimentId } = await createExperiment(owner, {
    scope,
    name: `${project.slug} parameter search`,
    tags: [{ key: "mlflow.note.content", value: `Which depth and learning rate suit **${project.slug}**? The best trial becomes the pipeline's default.` }],
  });
  const random = createRandom(`${project.slug} notebook`);
  for (let trial = 0; trial < TRIALS; trial += 1) {
    await logTrial(world, owner, { scope, experimentId, trial, random });
    world.clock.advance((STEPS * STEP_MS) / 1_000 + random.whole(20, 90));
  }
}

type Trial = { scope: { projectId: string }; experimentId: number; trial: number; random: Random };

async function logTrial(world: SeedWorldContext, owner: CoreContext, { scope, experimentId, trial, random }: Trial): Promise<void> {
  const begin = world.clock.now().getTime();
  const depth = random.pick([4, 6, 8, 10, 12]);
  const rate = random.pick([0.01, 0.03, 0.1, 0.3]);
  const userName = owner.actor.kind === "user" ? owner.actor.email.replace(/@.*/, "") : "";
  const { runId } = await createTrackedRun(owner, {
    scope,
    experimentId,
    userName,
    runName: `depth ${depth}, rate ${rate}`,
    startTime: BigInt(begin),
    tags: [
      { key: "mlflow.source.name", value: "parameter-search.ipynb" },
      { key: "mlflow.source.type", value: "NOTEBOOK" },
    ],
  });
  const floor = 0.3 + 0.006 * Math.abs(depth - 8) + 0.01 * random.next();
  const unstable = rate === 0.3 ? 0.05 : 0.008;
  const curve = (key: string, end: number, speed: number) =>
    Array.from({ length: STEPS }, (_, step) => ({
      key,
      value: end + 0.4 * Math.exp(-step * rate * speed) + unstable * random.normal(),
      step: BigInt(step),
      timestamp: BigInt(begin + step * STEP_MS),
    }));
  const last = { step: BigInt(STEPS - 1), timestamp: BigInt(begin + STEPS * STEP_MS) };
  await logBatch(owner, {
    runId,
    params: [
      { key: "max_depth", value: String(depth) },
      { key: "learning_rate", value: String(rate) },
      { key: "subsample", value: String(random.pick([0.7, 0.85, 1])) },
      { key: "seed", value: "7" },
    ],
    metrics: [
      ...curve("train_loss", 0.8 * floor, 1.3),
      ...curve("valid_loss", floor, 1),
      { key: "auc", value: 1.02 - floor + 0.004 * random.normal(), ...last },
    ],
    tags: trial % 6 === 0 ? [{ key: "candidate", value: "yes" }] : [],
  });
  const notes = `# Trial ${trial + 1}\n\nDepth **${depth}**, learning rate **${rate}**${rate === 0.3 ? ": the loss jumps, the rate is too high." : "."}\n`;
  await putRunArtifact(owner, { runId, path: "notes.md", content: Readable.from([notes]) });
  await putRunArtifact(owner, {
    runId,
    path: "config/settings.json",
    content: Readable.from([JSON.stringify({ depth, rate, classes: ["no", "yes"] }, null, 2)]),
  });
  const failed = rate === 0.3 && random.chance(0.5);
  await updateTrackedRun(owner, { runId, status: failed ? "FAILED" : "FINISHED", endTime: BigInt(begin + STEPS * STEP_MS) });
}
