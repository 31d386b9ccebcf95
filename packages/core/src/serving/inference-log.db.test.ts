import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { testDatabase } from "@trellis/db/testing";
import { deployment, environment, inferenceSegment, jobOutbox, modelVersion, project, registeredModel, trafficMinute, user } from "@trellis/db/schema";
import { asc, eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CoreContext } from "../kernel/context.ts";
import { traceLineage } from "../lineage/index.ts";
import { newId } from "../kernel/ids.ts";
import { consumersOf } from "./consumers.ts";
import { liveNumbers } from "./live-numbers.ts";
import { type InferenceBatch, openInferenceLog } from "./open-inference-log.ts";
import { inferenceExtents, recentInferences } from "./queries.ts";
import { readWindow, type readWindowInput } from "./read-window.ts";
import { recoverSegments } from "./recover-segments.ts";
import { trafficSeries } from "./traffic-series.ts";
import type { z } from "zod";

const NEVER = { flushMs: 3_600_000, indexMs: 3_600_000 };
const AT = new Date("2026-03-01T12:00:30Z");

describe("the inference log", () => {
  const database = testDatabase();
  let folder: string;
  let inference: string;
  let ctx: CoreContext;
  let clock: { now: Date };
  let place: { deploymentId: string; deploymentName: string; versionId: string; version: number };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trellis-inference-"));
    inference = path.join(folder, "inference");
    clock = { now: AT };
    ctx = {
      db: database.db,
      actor: { kind: "system", name: "Gateway" },
      now: () => clock.now,
      newId,
      resolve: <Port>() => ({ inference, workloads: path.join(folder, "serving") }) as Port,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      signal: new AbortController().signal,
    };
    place = await makeDeployment();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function makeDeployment() {
    const [userId, projectId, modelId, versionId, environmentId, deploymentId] = [newId(), newId(), newId(), newId(), newId(), newId()];
    const moments = { createdAt: AT, updatedAt: AT };
    await database.db.insert(user).values({ id: userId, name: "Ada", email: `${userId}@example.com`, ...moments });
    await database.db.insert(project).values({ id: projectId, slug: projectId, title: "Lab", repository: "projects/lab", createdBy: userId, createdAt: AT });
    await database.db.insert(registeredModel).values({ id: modelId, projectId, name: modelId, ...moments });
    await database.db.insert(modelVersion).values({
      id: versionId,
      modelId,
      version: 1,
      digest: "",
      sizeBytes: 0,
      runId: newId(),
      commit: "",
      lockDigest: "",
      signature: { inputs: [], outputs: [] },
      descriptor: {},
      metrics: {},
      params: {},
      createdAt: AT,
    });
    await database.db.insert(environment).values({ id: environmentId, name: environmentId, position: 1, approvalsRequired: 0, createdAt: AT });
    await database.db.insert(deployment).values({ id: deploymentId, name: `d-${deploymentId}`, projectId, environmentId, modelId, ...moments });
    return { deploymentId, deploymentName: `d-${deploymentId}`, versionId, version: 1 };
  }

  function batch(days: number[], more: Partial<InferenceBatch> = {}): InferenceBatch {
    const where = { ...place, ...more };
    return {
      ...where,
      rows: days.map((day) => ({
        id: `row-${day}`,
        at: clock.now,
        eventTime: new Date(Date.UTC(2001, 1, day)),
        versionId: where.versionId,
        version: where.version,
        inputs: { day },
        outputs: { y: day * 2 },
        latencyMs: 3,
      })),
    };
  }
  const february = (from: number, to: number) => ({ from: new Date(Date.UTC(2001, 1, from)), to: new Date(Date.UTC(2001, 1, to)) });
  async function read(window: Omit<z.input<typeof readWindowInput>, "deploymentId">) {
    const opened = readWindow(ctx, { deploymentId: place.deploymentId, ...window });
    const ids: string[] = [];
    for await (const row of opened.rows) ids.push(row.id);
    return { ids, report: opened.report() };
  }
  const segments = () =>
    database.db.select().from(inferenceSegment).where(eq(inferenceSegment.deploymentId, place.deploymentId)).orderBy(asc(inferenceSegment.id));
  const files = async () => (await readdir(path.join(inference, place.deploymentName))).toSorted();

  it("writes rows that a window of event times finds again", async () => {
    const log = await openInferenceLog(ctx, NEVER);
    log.record(batch([1, 2, 3, 9]));
    expect(log.stats()).toEqual({ buffered: 4, written: 0, dropped: 0 });
    await log.close();
    expect(log.stats()).toEqual({ buffered: 0, written: 4, dropped: 0 });
    expect(await read(february(2, 9))).toEqual({ ids: ["row-2", "row-3"], report: { read: 4, matched: 2, skipped: 0, segments: 1 } });
    expect(await read({ ...february(1, 28), limit: 1 })).toMatchObject({ ids: ["row-1"] });
    expect(await read(february(10, 20))).toEqual({ ids: [], report: { read: 0, matched: 0, skipped: 0, segments: 0 } });
    expect(await read({ ...february(1, 28), versionId: newId() })).toMatchObject({ ids: [] });
    expect(await segments()).toMatchObject([{ rows: 4, fromTime: new Date("2001-02-01"), toTime: new Date("2001-02-09"), loggedAt: AT }]);
    expect((await database.db.select().from(jobOutbox).where(eq(jobOutbox.key, place.deploymentId))).map((job) => job.name)).toEqual(["inferences.recorded"]);
    expect(await inferenceExtents(ctx, place)).toEqual([{ versionId: place.versionId, rows: 4, from: new Date("2001-02-01"), to: new Date("2001-02-09") }]);
  });

  it("flushes by itself when enough has come together", async () => {
    const log = await openInferenceLog(ctx, { ...NEVER, flushBytes: 1 });
    log.record(batch([1]));
    await log.flush();
    log.record(batch([2]));
    await log.close();
    expect(await segments()).toMatchObject([{ rows: 2 }]);
  });

  it("flushes and indexes by itself when time has passed", async () => {
    const log = await openInferenceLog(ctx, { flushMs: 1, indexMs: 1 });
    const indexed = Promise.withResolvers<void>();
    const unlisten = await database.handle.listen("trellis_jobs", () => indexed.resolve());
    log.record(batch([1]));
    await indexed.promise;
    await unlisten();
    expect(await segments()).toMatchObject([{ rows: 1 }]);
    await log.close();
  });

  it("keeps versions apart and begins a new file after five minutes", async () => {
    const log = await openInferenceLog(ctx, NEVER);
    log.record(batch([1]));
    log.record(batch([2], { versionId: newId(), version: 2 }));
    await log.flush();
    clock.now = new Date(AT.getTime() + 5 * 60_000);
    log.record(batch([3]));
    await log.close();
    expect((await files()).map((name) => name.slice(0, 3))).toEqual(["v1-", "v1-", "v2-"]);
    expect((await segments()).map((segment) => segment.rows)).toEqual([1, 1, 1]);
    expect((await read(february(1, 28))).ids.toSorted()).toEqual(["row-1", "row-2", "row-3"]);
  });

  it("drops and counts what does not fit into its buffer", async () => {
    const log = await openInferenceLog(ctx, { ...NEVER, maxBufferedBytes: 1 });
    log.record(batch([1, 2]));
    log.record(batch([3, 4, 5]));
    expect(log.stats()).toEqual({ buffered: 2, written: 0, dropped: 3 });
    await log.close();
    log.record(batch([6]));
    expect(log.stats()).toEqual({ buffered: 0, written: 2, dropped: 4 });
    expect(await database.db.select({ dropped: trafficMinute.dropped }).from(trafficMinute).where(eq(trafficMinute.deploymentId, place.deploymentId))).toEqual([
      { dropped: 3 },
    ]);
  });

  it("drops and counts what the disk refuses, and goes on", async () => {
    const log = await openInferenceLog(ctx, NEVER);
    await mkdir(inference, { recursive: true });
    await writeFile(path.join(inference, place.deploymentName), "in the way");
    log.record(batch([1]));
    await log.flush();
    expect(log.stats()).toEqual({ buffered: 0, written: 0, dropped: 1 });
    await rm(path.join(inference, place.deploymentName));
    log.record(batch([2]));
    await log.close();
    expect(await read(february(1, 28))).toMatchObject({ ids: ["row-2"] });
  });

  it("survives a kill at any byte: whole rows are found, a torn one is counted", async () => {
    const log = await openInferenceLog(ctx, NEVER);
    log.record(batch([1, 2]));
    await log.flush();
    const [name = ""] = await files();
    const file = path.join(inference, place.deploymentName, name);
    const whole = await readFile(file, "utf8");
    const second = whole.indexOf("\n") + 1;
    await log.close();
    for (const size of [second, second + 1, whole.length - 2, whole.length - 1, whole.length]) {
      await writeFile(file, whole);
      await truncate(file, size);
      // The line is whole although its end is missing.
      const hasSecond = size >= whole.length - 1;
      expect(await read(february(1, 28))).toMatchObject({
        ids: hasSecond ? ["row-1", "row-2"] : ["row-1"],
        report: { skipped: size > second && !hasSecond ? 1 : 0 },
      });
    }
  });

  it("indexes after a kill what had reached the disk but not the index", async () => {
    const log = await openInferenceLog(ctx, NEVER);
    log.record(batch([1, 2]));
    await log.flush();
    const [name = ""] = await files();
    await log.close();
    const file = path.join(inference, place.deploymentName, name);
    const line = (await readFile(file, "utf8"))
      .split("\n")[1]
      ?.replaceAll("row-2", "row-3")
      .replace(String(Date.UTC(2001, 1, 2)), String(Date.UTC(2001, 1, 20)));
    await appendFile(file, `${line}\n{"id":"to`);
    const lost = path.join(inference, place.deploymentName, `v1-${newId()}.jsonl`);
    await writeFile(lost, `${line?.replaceAll("row-3", "row-4")}\n`);
    await mkdir(path.join(inference, "no-such-deployment"));
    expect(await recoverSegments(ctx)).toBe(2);
    expect(await recoverSegments(ctx)).toBe(0);
    expect((await segments()).map(({ rows, toTime }) => [rows, toTime])).toEqual([
      [3, new Date("2001-02-20")],
      [1, new Date("2001-02-20")],
    ]);
    expect(await read(february(19, 28))).toMatchObject({ ids: ["row-3", "row-4"], report: { skipped: 1 } });
  });

  it("skips a file that is gone, and lines that are garbage", async () => {
    const log = await openInferenceLog(ctx, NEVER);
    log.record(batch([1]));
    await log.flush();
    clock.now = new Date(AT.getTime() + 5 * 60_000);
    log.record(batch([2]));
    await log.close();
    const [first, second] = await segments();
    await appendFile(path.join(inference, first?.path ?? ""), "garbage\n{}\n");
    await rm(path.join(inference, second?.path ?? ""));
    expect(await read(february(1, 28))).toEqual({ ids: ["row-1"], report: { read: 3, matched: 1, skipped: 3, segments: 2 } });
  });

  it("shows the newest rows first", async () => {
    const log = await openInferenceLog(ctx, NEVER);
    log.record(batch([1]));
    clock.now = new Date(AT.getTime() + 1_000);
    log.record(batch([2]));
    await log.close();
    expect((await recentInferences(ctx, { deployment: place.deploymentName, limit: 1 })).map((row) => row.id)).toEqual(["row-2"]);
    expect(await recentInferences(ctx, { deployment: place.deploymentId })).toHaveLength(2);
    await expect(recentInferences(ctx, { deployment: "no-such" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("adds requests up by minute, however often it is indexed, and keeps them while the database refuses", async () => {
    const log = await openInferenceLog(ctx, NEVER);
    const sample = { deploymentId: place.deploymentId, version: 1, atMs: AT.getTime(), rows: 2, latencyMs: 10, outcome: "ok" as const };
    const [ada, rao] = [
      { userId: "ada", name: "Ada" },
      { userId: "rao", name: "Rao" },
    ];
    log.count(sample, ada);
    await log.flush();
    log.count({ ...sample, outcome: "server_error", latencyMs: 30 }, ada);
    const { db } = ctx;
    ctx.db = { ...db, transaction: () => Promise.reject(new Error("The database is away.")) } as unknown as typeof db;
    await log.flush();
    ctx.db = db;
    log.count({ ...sample, outcome: "client_error", atMs: AT.getTime() + 60_000 }, rao);
    await log.close();
    expect(await consumersOf(ctx, place)).toEqual([
      { ...rao, requests: 1, firstCalledAt: new Date(AT.getTime() + 60_000), lastCalledAt: new Date(AT.getTime() + 60_000) },
      { ...ada, requests: 2, firstCalledAt: AT, lastCalledAt: AT },
    ]);
    const { nodes, edges } = await traceLineage(ctx, { kind: "endpoint", id: place.deploymentId, direction: "down" });
    expect(nodes.map((node) => `${node.kind} ${node.label}`)).toEqual([`endpoint /serve/${place.deploymentName}`, "consumer Ada", "consumer Rao"]);
    expect(edges.map((edge) => edge.relation)).toEqual(["called_by", "called_by"]);
    const { points, totals, versions, bucketSeconds } = await trafficSeries(ctx, {
      deployment: place.deploymentName,
      from: new Date("2026-03-01T12:00:00Z"),
      to: new Date("2026-03-01T12:10:00Z"),
    });
    expect({ versions, bucketSeconds }).toEqual({ versions: [1], bucketSeconds: 60 });
    expect(points).toMatchObject([
      { at: new Date("2026-03-01T12:00:00Z"), requests: 2, rows: 4, serverErrors: 1, errorRate: 0.5, meanMs: 20 },
      { at: new Date("2026-03-01T12:01:00Z"), requests: 1, clientErrors: 1, errorRate: 0 },
    ]);
    expect(totals).toMatchObject({ requests: 3, rows: 6, clientErrors: 1, serverErrors: 1 });
    clock.now = new Date("2026-03-01T12:02:00Z");
    const numbers = (await liveNumbers(ctx, { deploymentIds: [place.deploymentId] })).get(place.deploymentId);
    expect(numbers).toMatchObject({ requests: 3, requestsPerSecond: 0.01, lastRequestAt: new Date("2026-03-01T12:01:00Z") });
    expect(numbers?.spark.slice(-3)).toEqual([2, 1, 0]);
  });

  it("answers a long period with as many points as were asked for", async () => {
    const minutes = Array.from({ length: 300 }, (_, at) => ({
      deploymentId: place.deploymentId,
      minute: new Date(Date.UTC(2026, 0, 1, 0, at)),
      version: 1,
      requests: 1,
      rows: 1,
      clientErrors: 0,
      serverErrors: 0,
      dropped: 0,
      latencySumMs: 1,
      latencyP95Ms: 1,
    }));
    await database.db.insert(trafficMinute).values(minutes);
    const { points, bucketSeconds } = await trafficSeries(ctx, {
      deployment: place.deploymentName,
      from: new Date("2026-01-01T00:00:00Z"),
      to: new Date("2026-01-01T05:00:00Z"),
      buckets: 10,
    });
    expect(bucketSeconds).toBe(1_800);
    expect(points.map((point) => point.requests)).toEqual(Array.from({ length: 10 }, () => 30));
    await expect(trafficSeries(ctx, { deployment: place.deploymentName, from: AT, to: AT })).rejects.toMatchObject({ code: "INVALID" });
  });
});
