import { metricLatest, metricPoint, project, projectMember, runParam, trackedRun } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { KeyValue } from "../domain/limits.ts";
import { protocolRunId } from "../domain/protocol-ids.ts";
import { deleteExperiment } from "../experiments/delete-experiment.ts";
import { openTrackingLab, type TrackingLab } from "../testing/tracking-lab.ts";
import type { LoggedMetric } from "./batch.ts";
import { getTrackedRun } from "./get-tracked-run.ts";
import { logBatch } from "./log-batch.ts";
import { deleteTrackedRun, restoreTrackedRun } from "./update-tracked-run.ts";

const database = testDatabase();
let lab: TrackingLab;
beforeAll(async () => {
  lab = await openTrackingLab(database.db);
});

const point = (key: string, value: number, step = 0n, timestamp = 1n): LoggedMetric => ({ key, value, step, timestamp });
const entries = (record: Record<string, string>): KeyValue[] => Object.entries(record).map(([key, value]) => ({ key, value }));
const log = (runId: string, batch: { metrics?: LoggedMetric[]; params?: KeyValue[]; tags?: KeyValue[] }) => logBatch(lab.ada, { runId, ...batch });
const latestOf = async (runId: string) => (await getTrackedRun(lab.ada, { runId })).metrics;

describe("metrics", () => {
  it("keep of each key the point with the greatest step, timestamp and value, whatever came last", async () => {
    const runId = await lab.run();
    await log(runId, { metrics: [point("loss", 3, 2n, 5n), point("loss", 9, 1n, 9n), point("auc", 1)] });
    await log(runId, { metrics: [point("loss", 2, 2n, 4n), point("loss", 1, 2n, 5n)] });
    expect(await latestOf(runId)).toEqual([point("auc", 1), point("loss", 3, 2n, 5n)]);
    await log(runId, { metrics: [point("loss", 4, 2n, 5n), point("auc", 0.5, -1n)] });
    expect(await latestOf(runId)).toEqual([point("auc", 1), point("loss", 4, 2n, 5n)]);
  });

  it("agree with a plain model for any sequence of batches, one by one and at once", async () => {
    const metric = fc.record({
      key: fc.constantFrom("a", "b", "c/d"),
      value: fc.oneof(fc.constantFrom(0, 1, -1, Number.NaN, Infinity, -Infinity, 1e-308), fc.double()),
      step: fc.bigInt({ min: -2n, max: 2n }),
      timestamp: fc.bigInt({ min: 0n, max: 2n }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(metric, { maxLength: 12 }), { minLength: 1, maxLength: 8 }), fc.boolean(), async (batches, atOnce) => {
        const runId = await lab.run();
        if (atOnce) await Promise.all(batches.map((metrics) => log(runId, { metrics })));
        else for (const metrics of batches) await log(runId, { metrics });
        const { points, latest } = plainModel(batches.flat());
        expect(await latestOf(runId)).toEqual(latest);
        expect(await database.db.$count(metricPoint, eq(metricPoint.runId, runId))).toBe(points);
        const counted = await database.db.select({ points: metricLatest.points }).from(metricLatest).where(eq(metricLatest.runId, runId));
        expect(counted.reduce((sum, row) => sum + row.points, 0)).toBe(points);
      }),
      { numRuns: 40 },
    );
  });

  it("keep 64-bit steps and times, NaN, and infinities as the greatest numbers", async () => {
    const runId = await lab.run();
    const far = 9_007_199_254_740_993n;
    await log(runId, {
      metrics: [point("far", 1, far, far), point("least", 1, -(2n ** 63n)), point("nan", Number.NaN), point("up", Infinity), point("down", -Infinity)],
    });
    expect(await latestOf(runId)).toEqual([
      point("down", -Number.MAX_VALUE),
      point("far", 1, far, far),
      point("least", 1, -(2n ** 63n)),
      point("nan", Number.NaN),
      point("up", Number.MAX_VALUE),
    ]);
  });

  it("are refused with a time before 1970, a step beyond 64 bits, and more than a thousand at once", async () => {
    const runId = await lab.run();
    await expect(log(runId, { metrics: [point("a", 1), point("a", 1, 0n, -1n)] })).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("metrics[1].timestamp"),
    });
    await expect(log(runId, { metrics: [point("a", 1, 2n ** 63n)] })).rejects.toMatchObject({ code: "INVALID" });
    const thousand = Array.from({ length: 1_000 }, (_, index) => point("a", index));
    await log(runId, { metrics: thousand });
    await expect(log(runId, { metrics: [...thousand, point("a", 1)] })).rejects.toMatchObject({
      code: "INVALID",
      message: "A batch may have at most 1000 metrics. This one has 1001.",
    });
    await expect(log(runId, { metrics: thousand, params: entries({ a: "1" }) })).rejects.toMatchObject({ code: "INVALID" });
    expect(await database.db.$count(metricPoint, eq(metricPoint.runId, runId))).toBe(1_000);
  });
});

describe("params", () => {
  it("are written once: the same value again is fine, another one fails the whole batch", async () => {
    const runId = await lab.run();
    await log(runId, { params: entries({ depth: "6", empty: "" }) });
    await log(runId, { params: entries({ depth: "6", rate: "0.1" }) });
    const refused = log(runId, { params: entries({ fresh: "1", depth: "7" }), metrics: [point("a", 1)], tags: entries({ t: "1" }) });
    await expect(refused).rejects.toMatchObject({
      code: "INVALID",
      message: `Changing param values is not allowed. Param with key='depth' was already logged with value='6' for run ID='${protocolRunId(runId)}'. Attempted logging new value '7'.`,
    });
    const found = await getTrackedRun(lab.ada, { runId });
    expect(found.params).toEqual(entries({ depth: "6", empty: "", rate: "0.1" }));
    expect(found.metrics).toEqual([]);
    expect(found.tags.map(({ key }) => key)).toEqual(["mlflow.runName"]);
    await expect(log(runId, { params: [...entries({ b: "1" }), ...entries({ b: "1" })] })).rejects.toMatchObject({
      message: expect.stringContaining("Duplicate parameter keys"),
    });
  });

  it("of many writers at once have one value, and the others are told", async () => {
    const runId = await lab.run();
    const settled = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => log(runId, { params: entries({ seed: String(index % 2) }), metrics: [point(`m${index}`, index)] })),
    );
    const written = settled.flatMap((result, index) => (result.status === "fulfilled" ? [index] : []));
    const { params, metrics } = await getTrackedRun(lab.ada, { runId });
    expect(params).toEqual(entries({ seed: "0" }));
    expect(written).toEqual([0, 2, 4, 6, 8]);
    expect(metrics.map(({ value }) => value)).toEqual(written);
  });

  it("that another process writes at the same moment are noticed", async () => {
    if (database.handle.kind !== "postgres") return;
    const runId = await lab.run();
    let refused: Promise<unknown> = Promise.resolve();
    await database.db.transaction(async (tx) => {
      await tx.insert(runParam).values({ runId, key: "seed", value: "1" });
      refused = log(runId, { params: entries({ seed: "2", other: "3" }) }).catch((error: unknown) => error);
      for (let waits = false; !waits;) {
        const { rows } = await tx.execute<{ waiting: number }>(sql`select count(*)::int as waiting from pg_locks where not granted`);
        waits = (rows[0]?.waiting ?? 0) > 0;
      }
    });
    expect(await refused).toMatchObject({ code: "INVALID", message: expect.stringContaining("already logged with value='1'") });
    expect((await getTrackedRun(lab.ada, { runId })).params).toEqual(entries({ seed: "1" }));
  });

  it("are cut to 6,000 characters, and then equal", async () => {
    const runId = await lab.run();
    for (const end of ["a", "b"]) await log(runId, { params: entries({ long: "😀".repeat(6_000) + end }) });
    expect((await getTrackedRun(lab.ada, { runId })).params).toEqual(entries({ long: "😀".repeat(6_000) }));
  });
});

describe("tags", () => {
  it("keep the last value, also inside a batch, and are cut to 8,000 characters", async () => {
    const runId = await lab.run();
    await log(runId, { tags: [...entries({ a: "1" }), ...entries({ a: "2", empty: "", long: "x".repeat(8_001) })] });
    await log(runId, { tags: entries({ a: "3" }) });
    const { tags } = await getTrackedRun(lab.ada, { runId });
    expect(tags.filter(({ key }) => key !== "mlflow.runName")).toEqual(entries({ a: "3", empty: "", long: "x".repeat(8_000) }));
  });

  it("rename the run by mlflow.runName", async () => {
    const runId = await lab.run();
    await log(runId, { tags: entries({ "mlflow.runName": "first", zz: "1" }) });
    await log(runId, { tags: entries({ "mlflow.runName": "second" }) });
    expect(await getTrackedRun(lab.ada, { runId })).toMatchObject({ name: "second", tags: entries({ "mlflow.runName": "second", zz: "1" }) });
  });

  it("do not rename a run of a pipeline", async () => {
    const runId = await lab.run();
    await database.db.update(trackedRun).set({ source: "pipeline", name: "train 1" }).where(eq(trackedRun.id, runId));
    await log(runId, { tags: entries({ "mlflow.runName": "mine", other: "1" }) });
    expect(await getTrackedRun(lab.ada, { runId })).toMatchObject({ name: "train 1", tags: entries({ "mlflow.runName": "train 1", other: "1" }) });
  });
});

describe("who and what may be logged to", () => {
  it("is no run that is deleted, alone or with its experiment", async () => {
    const experimentId = await lab.experiment();
    const runId = await lab.run(experimentId);
    await deleteTrackedRun(lab.ada, { runId });
    await expect(log(runId, { tags: entries({ a: "1" }) })).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("must be in the 'active' state"),
    });
    await restoreTrackedRun(lab.ada, { runId });
    await log(runId, { tags: entries({ a: "1" }) });
    await deleteExperiment(lab.ada, { scope: lab.scope, experimentId });
    await expect(log(runId, { metrics: [point("a", 1)] })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("is no run that is not there", async () => {
    const nowhere = lab.ada.newId();
    await expect(log(nowhere, {})).rejects.toMatchObject({ code: "NOT_FOUND", message: `Run with id=${protocolRunId(nowhere)} not found` });
  });

  it("is a run of a project that the actor may write to; a right that was withdrawn ends within five seconds", async () => {
    const runId = await lab.run();
    const eve = await lab.person("Eve");
    await expect(logBatch(eve, { runId, tags: entries({ a: "1" }) })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await database.db.insert(projectMember).values({ projectId: lab.projectId, userId: eve.actor.userId, role: "contributor", createdAt: lab.clock.now });
    await logBatch(eve, { runId, tags: entries({ a: "1" }) });
    await database.db.delete(projectMember).where(eq(projectMember.userId, eve.actor.userId));
    await database.db.update(project).set({ visibility: "private" }).where(eq(project.id, lab.projectId));
    lab.clock.now = new Date(lab.clock.now.getTime() + 5_001);
    await expect(logBatch(eve, { runId, tags: entries({ a: "2" }) })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: `Run with id=${protocolRunId(runId)} not found`,
    });
    await database.db.update(project).set({ visibility: "internal" }).where(eq(project.id, lab.projectId));
  });

  it("is told apart: one writer's fault does not fail those that go with it", async () => {
    const [good, deleted] = [await lab.run(), await lab.run()];
    await log(deleted, {});
    await deleteTrackedRun(lab.ada, { runId: deleted });
    const settled = await Promise.allSettled([
      log(good, { metrics: [point("a", 1)] }),
      log(deleted, { metrics: [point("a", 2)] }),
      log(good, { metrics: [point("a", 3)] }),
      log(deleted, { params: entries({ p: "1" }) }),
      log(good, { tags: entries({ t: "1" }) }),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"]);
    expect(await latestOf(good)).toEqual([point("a", 3)]);
    expect(await latestOf(deleted)).toEqual([]);
  });
});

/** How many points there are, and the latest of each key, by the words of the protocol; NaN is the greatest value. */
function plainModel(all: readonly LoggedMetric[]): { points: number; latest: LoggedMetric[] } {
  const kept = new Map<string, LoggedMetric>();
  for (const given of all) {
    const value = given.value === Infinity ? Number.MAX_VALUE : given.value === -Infinity ? -Number.MAX_VALUE : given.value === 0 ? 0 : given.value;
    kept.set(`${given.key} ${given.timestamp} ${given.step} ${value}`, { ...given, value });
  }
  const latest = new Map<string, LoggedMetric>();
  for (const candidate of kept.values()) {
    const before = latest.get(candidate.key);
    if (!before || isAfter(candidate, before)) latest.set(candidate.key, candidate);
  }
  return { points: kept.size, latest: [...latest.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)) };
}

function isAfter(a: LoggedMetric, b: LoggedMetric): boolean {
  if (a.step !== b.step) return a.step > b.step;
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  return Number.isNaN(a.value) || a.value > b.value;
}
