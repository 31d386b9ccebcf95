import { mkdtemp, readFile, rm, writeFile, mkdir, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { auditEvent, project } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CoreContext } from "../kernel/context.ts";
import { traceLineage } from "../lineage/index.ts";
import { registerPipelines, startRun } from "../pipelines/index.ts";
import { openLab, type PipelineLab, projectFile } from "../pipelines/testing/pipeline-lab.ts";
import { listDatasets } from "../tracking/index.ts";
import {
  columnUse,
  archiveVersion,
  compareVersions,
  findModelVersion,
  getModel,
  getModelVersion,
  listModels,
  materializeModelVersion,
  openVersionFile,
  parseModelDescriptor,
  registerModelVersion,
  removeAlias,
  resolveAlias,
  setAlias,
  setModelTags,
  setVersionTags,
  updateCard,
  updateModel,
} from "./index.ts";

const database = testDatabase();
let lab: PipelineLab;
let model: string;
let runs: string[];

beforeEach(async () => {
  lab = await openLab(database.handle);
  model = `model-${lab.project.slug}`;
  await lab.push({ "uv.lock": "", "data/a.csv": "1", "trellis.yaml": projectFile(lab.project.slug, "a: { stage: data, run: a, inputs: [data] }") });
  await registerPipelines(lab.ada, { project: lab.project.slug });
  runs = [];
  for (let index = 0; index < 3; index += 1) runs.push((await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" })).runId);
});
afterEach(() => lab.close());

const descriptorOf = (name: string) =>
  parseModelDescriptor(
    JSON.stringify({
      format: 1,
      name,
      task: "classification",
      framework: "scikit-learn",
      loader: "m:load",
      signature: { inputs: [{ name: "x", type: "double" }], outputs: [{ name: "p", type: "double" }] },
    }),
  );

async function register(
  index: number,
  given: { weights?: string; metrics?: Record<string, number>; params?: Record<string, string>; projectId?: string; ctx?: CoreContext } = {},
) {
  const weights = await lab.store.put(Readable.from([Buffer.from(given.weights ?? `weights ${index}`)]));
  const files = [{ path: "deep/w.bin", ...weights }];
  return database.db.transaction((tx) =>
    registerModelVersion(tx, given.ctx ?? lab.system, {
      projectId: given.projectId ?? lab.project.id,
      model,
      descriptor: descriptorOf(model),
      files,
      runId: runs[index] ?? "",
      commit: "c".repeat(40),
      dataDigest: "sha256:d",
      lockDigest: "sha256:l",
      metrics: given.metrics ?? { auc: 0.5 + index / 10 },
      params: given.params ?? {},
      card: "A card",
      createdBy: "Ada",
    }),
  );
}

describe("registerModelVersion", () => {
  it("numbers versions without gaps, also at once, and gives one run one version", async () => {
    const made = await Promise.all([register(0), register(1), register(2)]);
    expect(made.map((one) => one.version).toSorted()).toEqual([1, 2, 3]);
    const again = await register(0);
    expect(again).toEqual({ ...made[0], created: false });
    const found = await getModelVersion(lab.ada, { versionId: again.versionId });
    expect(found).toMatchObject({
      digest: again.digest,
      model: { name: model, task: "classification" },
      files: [{ path: "deep/w.bin" }],
      run: { id: runs[0], number: 1 },
      signature: { inputs: [{ name: "x", type: "double", required: true }] },
      status: "ready",
    });
    expect(await getModelVersion(lab.ada, { model, version: again.version })).toEqual(found);
  });

  it("refuses a name of another project, and a descriptor of another name", async () => {
    await register(0);
    const other = await openLab(database.handle);
    await expect(register(1, { projectId: other.project.id })).rejects.toMatchObject({ code: "CONFLICT" });
    await other.close();
    const descriptor = descriptorOf("other");
    await expect(
      database.db.transaction((tx) =>
        registerModelVersion(tx, lab.system, {
          projectId: lab.project.id,
          model,
          descriptor,
          files: [],
          runId: runs[1] ?? "",
          commit: "c",
          dataDigest: null,
          lockDigest: "",
          metrics: {},
          params: {},
          card: "",
          createdBy: null,
        }),
      ),
    ).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("trellis-model.json: name is other"),
    });
  });
});

describe("aliases", () => {
  it("move with history and audit, and the same move twice is one", async () => {
    const [first, second] = [await register(0), await register(1)];
    expect(await setAlias(lab.ada, { modelId: model, alias: "champion", version: 1, reason: "first" })).toEqual({ moved: true });
    expect(await setAlias(lab.ada, { modelId: model, alias: "champion", version: 1 })).toEqual({ moved: false });
    await setAlias(lab.ada, { modelId: first.modelId, alias: "champion", version: 2 });
    expect(await resolveAlias(lab.ada, { model, alias: "champion" })).toEqual({ versionId: second.versionId, version: 2, modelId: first.modelId });
    await expect(archiveVersion(lab.ada, { versionId: second.versionId })).rejects.toMatchObject({ code: "CONFLICT" });
    await removeAlias(lab.ada, { modelId: model, alias: "champion" });
    expect(await removeAlias(lab.ada, { modelId: model, alias: "champion" })).toEqual({ moved: false });
    await expect(resolveAlias(lab.ada, { model, alias: "champion" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await getModel(lab.ada, { model })).aliasEvents.map((event) => [event.fromVersion, event.toVersion, event.reason, event.actorName])).toEqual([
      [2, null, "", "Ada"],
      [1, 2, "", "Ada"],
      [null, 1, "first", "Ada"],
    ]);
    const audited = await database.db.select().from(auditEvent).where(eq(auditEvent.subjectId, first.modelId)).orderBy(auditEvent.seq);
    expect(audited.map((event) => event.action)).toEqual(["registry.alias.set", "registry.alias.set", "registry.alias.remove"]);
  });

  it("refuse a bad name, a version that is not there, and one that is archived", async () => {
    const { versionId } = await register(0);
    await expect(setAlias(lab.ada, { modelId: model, alias: "v3", version: 1 })).rejects.toMatchObject({ code: "INVALID" });
    await expect(setAlias(lab.ada, { modelId: model, alias: "best", version: 9 })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await archiveVersion(lab.ada, { versionId });
    await expect(setAlias(lab.ada, { modelId: model, alias: "best", version: 1 })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
  });
});

describe("editing", () => {
  it("changes card, tags and description with audit, and nothing else", async () => {
    const { versionId, digest, modelId } = await register(0);
    await updateCard(lab.ada, { versionId, card: "# New" });
    await setVersionTags(lab.ada, { versionId, tags: { stage: "candidate" } });
    await updateModel(lab.ada, { modelId: model, description: "Late flights" });
    await setModelTags(lab.ada, { modelId, tags: { team: "ops" } });
    expect(await getModelVersion(lab.ada, { versionId })).toMatchObject({ card: "# New", tags: { stage: "candidate" }, digest });
    expect(await getModel(lab.ada, { model })).toMatchObject({ description: "Late flights", tags: { team: "ops" } });
    const audited = await database.db.select().from(auditEvent).where(eq(auditEvent.subjectId, versionId)).orderBy(auditEvent.seq);
    expect(audited.map((event) => event.action)).toEqual([
      "registry.model-version.register",
      "registry.model-version.update-card",
      "registry.model-version.set-tags",
    ]);
  });

  it("is for members of the project, and hidden with it", async () => {
    const { versionId } = await register(0);
    const bob = await lab.person("Bob", "data_scientist");
    const writes = [
      () => setAlias(bob, { modelId: model, alias: "a", version: 1 }),
      () => removeAlias(bob, { modelId: model, alias: "a" }),
      () => updateCard(bob, { versionId, card: "" }),
      () => setVersionTags(bob, { versionId, tags: {} }),
      () => archiveVersion(bob, { versionId }),
      () => updateModel(bob, { modelId: model }),
    ];
    for (const write of writes) await expect(write()).rejects.toMatchObject({ code: "FORBIDDEN" });
    await database.db.update(project).set({ visibility: "private" }).where(eq(project.id, lab.project.id));
    const reads = [
      () => getModel(bob, { model }),
      () => getModelVersion(bob, { model, version: 1 }),
      () => findModelVersion(bob, { versionId }),
      () => openVersionFile(bob, { versionId, path: "deep/w.bin" }),
      () => compareVersions(bob, { versionIds: [versionId, versionId] }),
    ];
    for (const hidden of [...writes, ...reads]) await expect(hidden()).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listModels(bob, { search: model })).items).toEqual([]);
  });
});

describe("queries", () => {
  it("list models with facets, filters and pages in every order", async () => {
    await register(0);
    await register(1);
    await setAlias(lab.ada, { modelId: model, alias: "champion", version: 1 });
    const page = await listModels(lab.ada, {
      search: lab.project.slug,
      alias: "champion",
      task: "classification",
      framework: "scikit-learn",
      project: lab.project.slug,
    });
    expect(page.items).toMatchObject([
      {
        name: model,
        versions: 2,
        latest: { version: 2, metrics: { auc: 0.6 }, createdAt: expect.any(Date) },
        aliases: [{ alias: "champion", version: 1 }],
        environments: [],
        project: { slug: lab.project.slug },
      },
    ]);
    expect(page.facets?.projects).toContainEqual({ value: lab.project.slug, label: "Lab", count: 1 });
    expect(page.facets?.aliases.map((facet) => facet.value)).toContain("champion");
    expect((await listModels(lab.ada, { search: model, environment: "production" })).items).toEqual([]);
    const other = await openLab(database.handle);
    const first = model;
    model = `model-${other.project.slug}`;
    await register(2, { projectId: other.project.id });
    for (const sort of ["updated", "name", "created"] as const) {
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const { items, nextCursor } = await listModels(lab.ada, { sort, limit: 1, cursor });
        names.push(...items.map((item) => item.name));
        cursor = nextCursor ?? undefined;
      } while (cursor);
      expect(names.filter((name) => name === first || name === model)).toHaveLength(2);
      expect(new Set(names).size).toBe(names.length);
    }
    await other.close();
    model = first;
  });

  it("show the trend of metrics and compare versions", async () => {
    const [one, two] = [await register(0, { params: { depth: "6" } }), await register(1, { params: { depth: "8" }, metrics: { auc: 0.7, rows: 9 } })];
    expect((await getModel(lab.ada, { model })).trend).toEqual([
      {
        key: "auc",
        points: [
          { version: 1, versionId: one.versionId, value: 0.5 },
          { version: 2, versionId: two.versionId, value: 0.7 },
        ],
      },
      { key: "rows", points: [{ version: 2, versionId: two.versionId, value: 9 }] },
    ]);
    const compared = await compareVersions(lab.ada, { versionIds: [two.versionId, one.versionId] });
    expect(compared).toMatchObject({
      sameData: true,
      sameLock: true,
      sameCommit: true,
      signatureDiffers: false,
      params: [{ key: "depth", values: ["8", "6"], differs: true }],
      files: [{ path: "deep/w.bin", differs: true }],
    });
    expect(compared.metrics).toEqual([
      { key: "auc", values: [0.7, 0.5], differs: true },
      { key: "rows", values: [9, null], differs: true },
    ]);
  });

  it("trace what went into a version and what came of the data", async () => {
    const { versionId } = await register(0);
    const up = await traceLineage(lab.ada, { kind: "model_version", id: versionId, direction: "up" });
    expect(up.nodes.map((node) => `${node.depth} ${node.kind} ${node.label}`)).toEqual([
      `-2 dataset_version ${up.nodes[0]?.label}`,
      "-1 run Run 1",
      `0 model_version ${model} v1`,
    ]);
    expect(up.nodes[0]?.label).toMatch(/^data @ [0-9a-f]{8}$/);
    expect(up.edges.map((edge) => edge.relation).toSorted()).toEqual(["produced", "trained_on"]);
    const down = await traceLineage(lab.ada, { kind: "dataset_version", id: up.nodes[0]?.id ?? "", direction: "down" });
    expect(down.nodes.map((node) => node.kind)).toEqual(["dataset_version", "run", "run", "run", "model_version"]);
    expect(await traceLineage(lab.ada, { kind: "dataset_version", id: up.nodes[0]?.id ?? "", direction: "down", limit: 2 })).toMatchObject({ truncated: true });
    expect((await traceLineage(lab.ada, { kind: "run", id: runs[0] ?? "", maxDepth: 1 })).nodes.map((node) => node.depth)).toEqual([-1, 0, 1]);
    const { items } = await listDatasets(lab.ada, { project: lab.project.slug });
    const datasetId = items[0]?.id ?? "";
    expect(await columnUse(lab.ada, { datasetId, column: "x" })).toEqual([
      { versionId, model, version: 1, role: "input", type: "double", required: true, deployments: [] },
    ]);
    expect(await columnUse(lab.ada, { datasetId, column: "nobody's" })).toEqual([]);
    await database.db.update(project).set({ visibility: "private" }).where(eq(project.id, lab.project.id));
    expect(await traceLineage(await lab.person("Eve", "viewer"), { kind: "run", id: runs[0] ?? "" })).toMatchObject({ nodes: [], edges: [] });
  });
});

describe("materializeModelVersion", () => {
  it("writes a whole folder, once, also when asked at once, and replaces what is broken", async () => {
    const { versionId } = await register(0);
    const root = await mkdtemp(path.join(tmpdir(), "trellis-model-"));
    const folder = path.join(root, "model");
    try {
      await mkdir(folder);
      await writeFile(path.join(folder, "left-over"), "half a model");
      await Promise.all([1, 2, 3].map(() => materializeModelVersion(lab.ada, versionId, folder)));
      expect(await readFile(path.join(folder, "deep/w.bin"), "utf8")).toBe("weights 0");
      expect((await readdir(folder)).toSorted()).toEqual([".trellis-version", "deep"]);
      expect(await readdir(root)).toEqual(["model"]);
      lab.store.blobs.clear();
      await materializeModelVersion(lab.ada, versionId, folder);
      await expect(materializeModelVersion(lab.ada, versionId, path.join(root, "other"))).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await readdir(root)).toEqual(["model"]);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  it("opens single files and ranges", async () => {
    const { versionId } = await register(0);
    expect((await buffer((await openVersionFile(lab.ada, { versionId, path: "deep/w.bin", range: { start: 0, end: 2 } })).content)).toString()).toBe("wei");
    await expect(openVersionFile(lab.ada, { versionId, path: "deep/none" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
