import { experiment, lineageEdge, loggedModel, metricPoint, runTag, trackedRun } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { deleteExperiment } from "../experiments/delete-experiment.ts";
import { createLoggedModel } from "../logged-models/create-logged-model.ts";
import { deleteLoggedModel } from "../logged-models/update-logged-model.ts";
import { logBatch } from "../runs/log-batch.ts";
import { logInputs, logOutputs } from "../runs/log-inputs.ts";
import { deleteTrackedRun, restoreTrackedRun } from "../runs/update-tracked-run.ts";
import { openTrackingLab } from "../testing/tracking-lab.ts";
import { removeDeleted } from "./remove-deleted.ts";

const database = testDatabase();

it("removes what was deleted so many days ago with all that belongs to it, and nothing else", async () => {
  const lab = await openTrackingLab(database.db);
  const remove = () => removeDeleted(lab.system, { keepDays: 30 });
  const [kept, gone] = [await lab.experiment(), await lab.experiment()];
  const [alive, dead, ofPipeline, inGone] = [await lab.run(kept), await lab.run(kept), await lab.run(kept), await lab.run(gone)];
  const model = await createLoggedModel(lab.ada, { scope: lab.scope, experimentId: kept });
  await createLoggedModel(lab.ada, { scope: lab.scope, experimentId: gone });
  for (const runId of [alive, dead, ofPipeline, inGone]) {
    await logBatch(lab.ada, { runId, metrics: [{ key: "a", value: 1, timestamp: 1n, step: 0n }], tags: [{ key: "t", value: "1" }] });
    await logInputs(lab.ada, { runId, datasets: [{ name: "data", digest: "1", sourceType: "local", source: "/x" }] });
    await logOutputs(lab.ada, { runId, models: [{ modelId: model.modelId, step: 0n }] });
  }
  await database.db.update(trackedRun).set({ source: "pipeline", deletedAt: lab.clock.now }).where(eq(trackedRun.id, ofPipeline));
  await deleteTrackedRun(lab.ada, { runId: alive });
  await restoreTrackedRun(lab.ada, { runId: alive });
  await deleteTrackedRun(lab.ada, { runId: dead });
  await deleteExperiment(lab.ada, { scope: lab.scope, experimentId: gone });
  await deleteLoggedModel(lab.ada, model);

  lab.clock.now = new Date(lab.clock.now.getTime() + 30 * 86_400_000);
  expect(await remove()).toEqual({ runs: 0, models: 0, experiments: 0 });
  lab.clock.now = new Date(lab.clock.now.getTime() + 1);
  expect(await remove()).toEqual({ runs: 2, models: 2, experiments: 1 });
  expect(await remove()).toEqual({ runs: 0, models: 0, experiments: 0 });

  const stay = [alive, ofPipeline].toSorted();
  const runsOf = (rows: { runId: string }[]) => [...new Set(rows.map(({ runId }) => runId))].toSorted();
  expect((await database.db.select().from(trackedRun)).map(({ id }) => id).toSorted()).toEqual(stay);
  expect(runsOf(await database.db.select().from(metricPoint))).toEqual(stay);
  expect(runsOf(await database.db.select().from(runTag))).toEqual(stay);
  expect((await database.db.select().from(lineageEdge)).map(({ toId }) => toId).toSorted()).toEqual(stay);
  expect((await database.db.select().from(experiment)).map(({ id }) => id)).toEqual([kept]);
  expect(await database.db.$count(loggedModel)).toBe(0);
});

it("goes on until nothing is left", async () => {
  const lab = await openTrackingLab(database.db);
  const experimentId = await lab.experiment();
  for (let index = 0; index < 120; index += 1) await lab.run(experimentId);
  await deleteExperiment(lab.ada, { scope: lab.scope, experimentId });
  lab.clock.now = new Date(lab.clock.now.getTime() + 1);
  expect(await removeDeleted(lab.system, { keepDays: 0 })).toEqual({ runs: 120, models: 0, experiments: 1 });
});
