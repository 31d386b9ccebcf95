import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { metricLatest, metricPoint, project } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registerPipelines, startRun } from "../pipelines/index.ts";
import { openLab, type PipelineLab, projectFile } from "../pipelines/testing/pipeline-lab.ts";
import { getDataset, listArtifacts, listDatasets, metricHistory, openArtifact, recordArtifacts, recordMetrics, recordParams } from "./index.ts";

const database = testDatabase();
let lab: PipelineLab;
let runId: string;

beforeEach(async () => {
  lab = await openLab(database.handle);
  await lab.push({
    "uv.lock": "",
    "data/a.csv": "1",
    "data/b.csv": "2",
    "trellis.yaml": projectFile(lab.project.slug, "a: { stage: data, run: a, inputs: [data] }"),
  });
  await registerPipelines(lab.ada, { project: lab.project.slug });
  runId = (await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" })).runId;
});
afterEach(() => lab.close());

const at = new Date("2026-01-01T00:00:00Z");
const points = (values: number[], key = "loss") => values.map((value, index) => ({ key, value, step: index, timestamp: at.getTime() }));
const record = (values: number[], key?: string) => recordMetrics(database.db, { runId, stepKey: "a", points: points(values, key) });

describe("recordMetrics", () => {
  it("adds points once and keeps the value of the greatest step, whatever the order of arrival", async () => {
    const all = points([3, 2, 1]);
    const shuffled = [all[2], all[0]].flatMap((point) => (point ? [point] : []));
    expect(await recordMetrics(database.db, { runId, stepKey: "a", points: shuffled })).toBe(2);
    expect(await recordMetrics(database.db, { runId, stepKey: "b", points: all })).toBe(1);
    expect(await recordMetrics(database.db, { runId, stepKey: "b", points: all })).toBe(0);
    expect(await database.db.select().from(metricLatest).where(eq(metricLatest.runId, runId))).toMatchObject([
      { key: "loss", value: 1, step: 2, points: 3, stepKey: "a" },
    ]);
  });

  it("takes a batch larger than one statement", async () => {
    expect(await record(Array.from({ length: 12_001 }, (_, index) => index))).toBe(12_001);
    expect(await database.db.$count(metricPoint, eq(metricPoint.runId, runId))).toBe(12_001);
    expect(await recordMetrics(database.db, { runId, stepKey: "a", points: [] })).toBe(0);
  });
});

describe("metricHistory", () => {
  it("gives short curves whole and in order", async () => {
    await record([3, 1, 2]);
    await record([5], "auc");
    const { series } = await metricHistory(lab.ada, { runIds: [runId] });
    expect(series.map(({ key, total, reduced, points: curve }) => ({ key, total, reduced, values: curve.map((point) => point.value) }))).toEqual([
      { key: "auc", total: 1, reduced: false, values: [5] },
      { key: "loss", total: 3, reduced: false, values: [3, 1, 2] },
    ]);
    expect(series[0]?.points[0]?.at).toEqual(at);
    expect((await metricHistory(lab.ada, { runIds: [runId], keys: ["loss"] })).series.map((curve) => curve.key)).toEqual(["loss"]);
  });

  it("keeps what is no number, and the largest there is", async () => {
    await record([1, Number.NaN, Number.MAX_VALUE, -Number.MAX_VALUE]);
    const [curve] = (await metricHistory(lab.ada, { runIds: [runId] })).series;
    expect(curve?.points.map((point) => point.value)).toEqual([1, Number.NaN, Number.MAX_VALUE, -Number.MAX_VALUE]);
  });

  it("reduces long curves to the limit and never loses first, last, least or greatest", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 4, max: 60 }),
        async (values, maxPoints) => {
          await database.db.delete(metricPoint).where(eq(metricPoint.runId, runId));
          await record(values);
          const [curve] = (await metricHistory(lab.ada, { runIds: [runId], keys: ["loss"], maxPoints })).series;
          const kept = curve?.points.map((point) => point.value) ?? [];
          expect(kept.length).toBeLessThanOrEqual(maxPoints);
          expect([kept[0], kept.at(-1), Math.min(...kept), Math.max(...kept)]).toEqual([values[0], values.at(-1), Math.min(...values), Math.max(...values)]);
          expect(curve?.points.map((point) => point.step)).toEqual(curve?.points.map((point) => point.step).toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 25 },
    );
  });

  it("is hidden with a private project", async () => {
    await database.db.update(project).set({ visibility: "private" }).where(eq(project.id, lab.project.id));
    await expect(metricHistory(await lab.person("Eve", "viewer"), { runIds: [runId] })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: `Run ${runId} was not found.`,
    });
  });
});

describe("artifacts", () => {
  it("lists files page by page and opens one, or a range of it", async () => {
    const { digest } = await lab.store.put(Readable.from([Buffer.from("0123456789")]));
    const files = ["c", "a", "b"].map((file) => ({ path: file, digest, sizeBytes: 10, executable: file === "a" }));
    const attemptId = lab.ada.newId();
    for (let twice = 0; twice < 2; twice += 1) await recordArtifacts(database.db, lab.ada, { runId, stepKey: "a", attemptId, files });
    const first = await listArtifacts(lab.ada, { runId, limit: 2 });
    const second = await listArtifacts(lab.ada, { runId, limit: 2, cursor: first.nextCursor ?? "" });
    expect([...first.items, ...second.items].map((file) => `${file.path} ${file.executable}`)).toEqual(["a true", "b false", "c false"]);
    expect(second.nextCursor).toBeNull();
    const artifactId = first.items[0]?.id ?? "";
    const opened = await openArtifact(lab.ada, { artifactId, range: { start: 2, end: 4 } });
    expect((await buffer(opened.content)).toString()).toBe("234");
    await database.db.update(project).set({ visibility: "private" }).where(eq(project.id, lab.project.id));
    await expect(openArtifact(await lab.person("Eve", "viewer"), { artifactId })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: `File ${artifactId} was not found.`,
    });
  });
});

describe("params and datasets", () => {
  it("keeps the last value of a parameter", async () => {
    await recordParams(database.db, { runId, stepKey: "a", params: { depth: "6", seed: "1" } });
    await recordParams(database.db, { runId, stepKey: "b", params: { depth: "7" } });
    await recordParams(database.db, { runId, stepKey: "b", params: {} });
    const rows = await database.db.query.runParam.findMany({ where: (row, { eq: is }) => is(row.runId, runId), orderBy: (row) => row.key });
    expect(rows).toMatchObject([
      { key: "depth", value: "7", stepKey: "b" },
      { key: "seed", value: "1" },
    ]);
  });

  it("gives equal data one version, and changed data another", async () => {
    await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    await lab.push({ "data/b.csv": "3" });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    const { items } = await listDatasets(lab.ada, { project: lab.project.slug });
    expect(items).toMatchObject([{ name: "data", versions: 2, latest: { files: 2, sizeBytes: 2, createdAt: expect.any(Date) } }]);
    const found = await getDataset(lab.ada, { datasetId: items[0]?.id ?? "" });
    expect(found.versionRows.map((version) => [version.runs, version.fileCount])).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });
});
