import { auditEvent, loggedModel, loggedModelFile, modelAliasEvent, projectMember } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { traceLineage } from "../../lineage/index.ts";
import {
  createModelVersion,
  createRegisteredModel,
  deleteModelVersion,
  deleteModelVersionTag,
  deleteRegisteredModel,
  deleteRegisteredModelAlias,
  deleteRegisteredModelTag,
  describeModelVersion,
  describeRegisteredModel,
  getDownloadUri,
  getLatestVersions,
  getModel,
  getModelVersion,
  getProtocolVersion,
  getRegisteredModel,
  getVersionByAlias,
  listModels,
  listVersionFiles,
  loadProtocolModels,
  moveModel,
  renameRegisteredModel,
  restoreModel,
  restoreModelVersion,
  setModelVersionTag,
  setRegisteredModelAlias,
  setRegisteredModelTag,
  transitionModelVersion,
} from "../index.ts";
import { ML_MODEL, openRegistryLab, type RegistryLab } from "../testing/registry-lab.ts";

const database = testDatabase();
let lab: RegistryLab;
let name: string;

beforeEach(async () => {
  lab = await openRegistryLab(database.handle);
  name = lab.name("delays");
});

const make = (more: object = {}) => createRegisteredModel(lab.ada, { scope: lab.scope, name, ...more });
const register = (source: string, more: object = {}) => createModelVersion(lab.ada, { model: name, source, ...more });

describe("registered models", () => {
  it("are made once, under names that addresses can hold, in the scope's project or the person's own", async () => {
    const made = await make({ description: "About delays", tags: [{ key: "team", value: "ops" }] });
    expect(made).toMatchObject({ name, description: "About delays", tags: { team: "ops" }, aliases: [], latestVersions: [], createdBy: "Ada" });
    await expect(make()).rejects.toMatchObject({ code: "CONFLICT", message: `Registered Model (name=${name}) already exists.` });
    await expect(createRegisteredModel(lab.ada, { scope: lab.scope, name: "a/b" })).rejects.toMatchObject({ code: "INVALID" });
    await expect(make({ name: lab.name("x"), tags: [{ key: "a\0", value: "" }] })).rejects.toMatchObject({ code: "INVALID" });
    const own = await createRegisteredModel(lab.ben, { scope: { projectId: null }, name: lab.name("own") });
    expect((await getModel(lab.ben, { model: own.name })).project.title).toBe("Ben's notebooks");
    await expect(getRegisteredModel(lab.ada, { name: own.name })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("are made once however many ask at the same time", async () => {
    const all = await Promise.allSettled([make(), make(), make()]);
    expect(all.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  });

  it("change name, description and tags, with who did it; only a change of the model itself touches its time", async () => {
    await make();
    lab.clock.now = new Date("2026-11-24T11:00:00Z");
    await setRegisteredModelTag(lab.ada, { name, key: "a", value: "1" });
    await Promise.all(["b", "c", "d"].map((key) => setRegisteredModelTag(lab.ada, { name, key, value: key })));
    await deleteRegisteredModelTag(lab.ada, { name, key: "a" });
    await deleteRegisteredModelTag(lab.ada, { name, key: "a" });
    const tagged = await getRegisteredModel(lab.ada, { name });
    expect(tagged.tags).toEqual({ b: "b", c: "c", d: "d" });
    expect(tagged.updatedAt).toEqual(tagged.createdAt);
    expect((await describeRegisteredModel(lab.ada, { name, description: "New" })).updatedAt).toEqual(lab.clock.now);
    const other = lab.name("other");
    expect(await renameRegisteredModel(lab.ada, { name, newName: other })).toMatchObject({ name: other, description: "New", tags: { b: "b" } });
    await expect(getRegisteredModel(lab.ada, { name })).rejects.toMatchObject({ code: "NOT_FOUND", message: `Registered Model with name=${name} not found` });
    await make();
    await expect(renameRegisteredModel(lab.ada, { name, newName: other })).rejects.toMatchObject({ code: "CONFLICT" });
    const events = await lab.system.db.select({ action: auditEvent.action }).from(auditEvent).where(eq(auditEvent.subjectId, tagged.id));
    expect(events.map((event) => event.action)).toContain("registry.model.rename");
  });

  it("are hidden from strangers, and readers cannot change them", async () => {
    await make();
    await expect(getRegisteredModel(lab.ben, { name })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(setRegisteredModelTag(lab.ben, { name, key: "a", value: "b" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const viewer = { ...lab.ben, actor: { ...lab.ben.actor, role: "viewer" as const } } as typeof lab.ben;
    const userId = viewer.actor.kind === "user" ? viewer.actor.userId : "";
    await lab.system.db.insert(projectMember).values({ projectId: lab.projectId, userId, role: "contributor", createdAt: lab.clock.now });
    await expect(describeRegisteredModel(viewer, { name, description: "Mine" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await getRegisteredModel(viewer, { name })).toMatchObject({ name });
  });

  it("are deleted with all that is theirs, their name is free again, and they can be brought back", async () => {
    const made = await make({ tags: [{ key: "a", value: "1" }] });
    await register("s3://bucket/x");
    await register("s3://bucket/y");
    await deleteModelVersion(lab.ada, { model: name, version: 1 });
    lab.clock.now = new Date("2026-11-24T12:00:00Z");
    await deleteRegisteredModel(lab.ada, { name });
    await expect(getProtocolVersion(lab.ada, { model: name, version: 2 })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listModels(lab.ada, { search: name })).items).toEqual([]);
    const second = await make();
    expect(second.tags).toEqual({});
    await expect(restoreModel(lab.ada, { modelId: made.id })).rejects.toMatchObject({ code: "CONFLICT" });
    await deleteRegisteredModel(lab.ada, { name });
    await restoreModel(lab.ada, { modelId: made.id });
    const [back] = await loadProtocolModels(lab.ada, [made.id]);
    expect(back?.latestVersions.map((version) => version.version)).toEqual([2]);
    expect(await getRegisteredModel(lab.ada, { name })).toMatchObject({ id: made.id, tags: { a: "1" } });
  });

  it("move to another project of the same person", async () => {
    await make();
    await expect(moveModel(lab.ada, { model: name, project: "nowhere" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await createRegisteredModel(lab.ada, { scope: { projectId: null }, name: lab.name("first") });
    const home = (await getModel(lab.ada, { model: lab.name("first") })).project;
    await moveModel(lab.ada, { model: name, project: home.slug });
    expect((await getModel(lab.ada, { model: name })).project).toEqual(home);
  });

  it("that are prompts are not in the catalogue", async () => {
    await make({ tags: [{ key: "mlflow.prompt.is_prompt", value: "true" }] });
    expect((await listModels(lab.ada, { search: name })).items).toEqual([]);
    expect(await register("anything at all", { tags: [{ key: "mlflow.prompt.text", value: "Hi" }] })).toMatchObject({ version: 1, source: "anything at all" });
  });
});

describe("createModelVersion", () => {
  it("keeps the files of a logged model as they are, with signature, library, run and lineage", async () => {
    await make();
    const run = await lab.addRun();
    const logged = await lab.addLoggedModel({ sourceRunId: run.hex, files: { MLmodel: ML_MODEL, "model.pkl": "weights" }, params: { depth: "3" } });
    const made = await register(`models:/${logged.protocolId}`, { loggedModelId: logged.modelId, description: "# Card" });
    expect(made).toMatchObject({
      model: name,
      version: 1,
      stage: "None",
      source: `models:/${logged.protocolId}`,
      runRef: run.hex,
      loggedModelId: logged.modelId,
      description: "# Card",
      userName: "Ada",
      aliases: [],
    });
    await lab.system.db.delete(loggedModelFile).where(eq(loggedModelFile.modelId, logged.modelId));
    const page = await getModelVersion(lab.ada, { model: name, version: 1 });
    expect(page).toMatchObject({
      commit: null,
      lockDigest: null,
      runId: run.runId,
      params: { depth: "3" },
      signature: { inputs: [{ name: "distance", type: "double", required: true }], outputs: [{ name: "prediction", type: "integer" }] },
      model: { framework: "scikit-learn" },
    });
    expect(page.files.map((file) => file.path)).toEqual(["MLmodel", "model.pkl"]);
    const size = ML_MODEL.length;
    expect(await listVersionFiles(lab.ada, { versionId: made.id })).toEqual([
      { path: "MLmodel", isFolder: false, sizeBytes: size },
      { path: "model.pkl", isFolder: false, sizeBytes: 7 },
    ]);
    await expect(listVersionFiles(lab.ben, { versionId: made.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await getDownloadUri(lab.ada, { model: name, version: 1 })).toBe(`mlflow-artifacts:/model-versions/${made.id}`);
    const { edges } = await traceLineage(lab.ada, { kind: "model_version", id: made.id });
    expect(edges.map((edge) => [edge.from.kind, edge.relation])).toContainEqual(["logged_model", "registered_as"]);
    const [tagged] = await lab.system.db.select({ tags: loggedModel.tags }).from(loggedModel).where(eq(loggedModel.id, logged.modelId));
    expect(tagged?.tags).toEqual({ "mlflow.modelVersions": `[{"name": "${name}", "version": 1}]` });
    await register(`models:/${logged.protocolId}`);
    const [again] = await lab.system.db.select({ tags: loggedModel.tags }).from(loggedModel).where(eq(loggedModel.id, logged.modelId));
    expect(JSON.parse(again?.tags["mlflow.modelVersions"] ?? "")).toEqual([
      { name, version: 1 },
      { name, version: 2 },
    ]);
  });

  it("finds a folder of a run, by runs:/ and by the folder's own address", async () => {
    await make();
    const run = await lab.addRun({ "model/MLmodel": ML_MODEL, "model/data/x.bin": "x", "model2/y": "y", "plot.png": "p" });
    await register(`runs:/${run.hex}/model`, { runRef: "" });
    await register(`mlflow-artifacts:/experiments/${lab.experimentId}/${run.hex}/artifacts/model`, { runRef: run.hex });
    const [first, second] = [await getModelVersion(lab.ada, { model: name, version: 1 }), await getModelVersion(lab.ada, { model: name, version: 2 })];
    expect(first.files.map((file) => file.path)).toEqual(["MLmodel", "data/x.bin"]);
    expect(second.digest).toBe(first.digest);
    expect(await listVersionFiles(lab.ada, { versionId: first.id })).toMatchObject([{ path: "MLmodel" }, { path: "data", isFolder: true, sizeBytes: 0 }]);
    expect(await listVersionFiles(lab.ada, { versionId: first.id, path: "data" })).toEqual([{ path: "data/x.bin", isFolder: false, sizeBytes: 1 }]);
    expect(await listVersionFiles(lab.ada, { versionId: first.id, path: "MLmodel" })).toEqual([]);
    await expect(listVersionFiles(lab.ada, { versionId: first.id, path: "../x" })).rejects.toMatchObject({ code: "INVALID", message: "Invalid path" });
    expect([first.runId, second.runId]).toEqual([run.runId, run.runId]);
  });

  it("takes runs:/<run>/<name> for the run's logged model of that name", async () => {
    await make();
    const run = await lab.addRun({ "other/x": "x" });
    const logged = await lab.addLoggedModel({ name: "forest", sourceRunId: run.hex, files: { MLmodel: ML_MODEL } });
    expect(await register(`runs:/${run.hex}/forest`)).toMatchObject({ loggedModelId: logged.modelId, runRef: run.hex });
  });

  it("copies another version whole", async () => {
    await make();
    const logged = await lab.addLoggedModel({ files: { MLmodel: ML_MODEL } });
    const original = await register(`models:/${logged.protocolId}`);
    const copy = lab.name("copy");
    await createRegisteredModel(lab.ada, { scope: lab.scope, name: copy });
    const made = await createModelVersion(lab.ada, { model: copy, source: `models:/${name}/1` });
    expect(made).toMatchObject({ version: 1, source: `models:/${name}/1` });
    const [one, other] = [await getModelVersion(lab.ada, { versionId: original.id }), await getModelVersion(lab.ada, { versionId: made.id })];
    expect(other).toMatchObject({ digest: one.digest, signature: one.signature });
    await expect(createModelVersion(lab.ada, { model: copy, source: `models:/${name}/9` })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: `Model Version (name=${name}, version=9) not found`,
    });
  });

  it("takes what lies elsewhere as the client says it, and a run that it does not know", async () => {
    await make();
    expect(await register("s3://bucket/a%20b", { runRef: "some run", runLink: "https://ci/7", tags: [{ key: "k", value: "v" }] })).toMatchObject({
      source: "s3://bucket/a%20b",
      runRef: "some run",
      runLink: "https://ci/7",
      tags: { k: "v" },
    });
    expect(await getDownloadUri(lab.ada, { model: name, version: 1 })).toBe("s3://bucket/a%20b");
    const external = await lab.addLoggedModel();
    await register(`models:/${external.protocolId}`);
    expect(await getDownloadUri(lab.ada, { model: name, version: 2 })).toBe(
      `mlflow-artifacts:/experiments/${lab.experimentId}/models/${external.protocolId}/artifacts`,
    );
    await register(`models:/${name}/1`);
    expect(await getDownloadUri(lab.ada, { model: name, version: 3 })).toBe("s3://bucket/a%20b");
  });

  it("refuses unsafe sources, unknown logged models, and files of projects that are hidden", async () => {
    await make();
    await expect(register("mlflow-artifacts:/a/..%2Fb")).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringMatching(/^Invalid model version source/),
    });
    await expect(register("/etc/passwd")).rejects.toMatchObject({ code: "INVALID" });
    await expect(register(`models:/m-${"0".repeat(32)}`)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(register("s3://x", { loggedModelId: lab.system.newId() })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const theirs = lab.name("bens");
    await createRegisteredModel(lab.ben, { scope: { projectId: null }, name: theirs });
    const logged = await lab.addLoggedModel({ files: { MLmodel: ML_MODEL } });
    const run = await lab.addRun({ "m/x": "x" });
    await expect(createModelVersion(lab.ben, { model: theirs, source: `models:/${logged.protocolId}` })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const hidden = await createModelVersion(lab.ben, { model: theirs, source: `runs:/${run.hex}/m` });
    expect((await getModelVersion(lab.ben, { versionId: hidden.id })).files).toEqual([]);
    await expect(createModelVersion(lab.ada, { model: theirs, source: "s3://x" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("gives every number once, also to many at once and after deletions", async () => {
    await make();
    const made = await Promise.all(Array.from({ length: 6 }, () => register("s3://x")));
    expect(made.map((one) => one.version).toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    await deleteModelVersion(lab.ada, { model: name, version: 6 });
    expect((await register("s3://x")).version).toBe(7);
  });
});

describe("versions", () => {
  beforeEach(async () => {
    await make();
    for (let count = 0; count < 3; count += 1) await register("s3://x");
    lab.clock.now = new Date("2026-11-24T13:00:00Z");
  });

  it("change their card and tags; the card touches only the version's time", async () => {
    await describeModelVersion(lab.ada, { model: name, version: 1, description: "Text" });
    await setModelVersionTag(lab.ada, { model: name, version: 1, key: "a", value: "1" });
    await setModelVersionTag(lab.ada, { model: name, version: 1, key: "b", value: "" });
    await deleteModelVersionTag(lab.ada, { model: name, version: 1, key: "a" });
    await deleteModelVersionTag(lab.ada, { model: name, version: 1, key: "never" });
    const version = await getProtocolVersion(lab.ada, { model: name, version: 1 });
    expect(version).toMatchObject({ description: "Text", tags: { b: "" }, updatedAt: lab.clock.now });
    const model = await getRegisteredModel(lab.ada, { name });
    expect(model.updatedAt).not.toEqual(lab.clock.now);
  });

  it("move between stages, the others giving way when asked", async () => {
    await transitionModelVersion(lab.ada, { model: name, version: 1, stage: "production", archiveOthers: false });
    await transitionModelVersion(lab.ada, { model: name, version: 2, stage: "Staging", archiveOthers: true });
    const third = await transitionModelVersion(lab.ada, { model: name, version: 3, stage: "PRODUCTION", archiveOthers: true });
    expect(third).toMatchObject({ stage: "Production", updatedAt: lab.clock.now });
    expect((await getLatestVersions(lab.ada, { name })).map((one) => [one.stage, one.version])).toEqual([
      ["Archived", 1],
      ["Production", 3],
      ["Staging", 2],
    ]);
    expect((await getLatestVersions(lab.ada, { name, stages: ["production", "none"] })).map((one) => one.version)).toEqual([3]);
    expect((await getRegisteredModel(lab.ada, { name })).updatedAt).toEqual(lab.clock.now);
    await expect(getLatestVersions(lab.ada, { name, stages: ["Live"] })).rejects.toMatchObject({ code: "INVALID" });
    await expect(transitionModelVersion(lab.ada, { model: name, version: 1, stage: "None", archiveOthers: true })).rejects.toMatchObject({ code: "INVALID" });
    await expect(transitionModelVersion(lab.ada, { model: name, version: 9, stage: "None", archiveOthers: false })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  it("carry aliases with their history; latest is the newest", async () => {
    await setRegisteredModelAlias(lab.ada, { name, alias: "Best_1", version: 1 });
    await setRegisteredModelAlias(lab.ada, { name, alias: "Best_1", version: 2 });
    expect(await getVersionByAlias(lab.ada, { name, alias: "Best_1" })).toMatchObject({ version: 2, aliases: ["Best_1"] });
    expect(await getVersionByAlias(lab.ada, { name, alias: "LATEST" })).toMatchObject({ version: 3 });
    expect((await getRegisteredModel(lab.ada, { name })).aliases).toEqual([{ alias: "Best_1", version: 2 }]);
    await expect(setRegisteredModelAlias(lab.ada, { name, alias: "v3", version: 1 })).rejects.toMatchObject({ code: "INVALID" });
    await expect(setRegisteredModelAlias(lab.ada, { name, alias: "x", version: 9 })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await deleteRegisteredModelAlias(lab.ada, { name, alias: "Best_1" });
    await deleteRegisteredModelAlias(lab.ada, { name, alias: "Best_1" });
    await expect(getVersionByAlias(lab.ada, { name, alias: "Best_1" })).rejects.toMatchObject({
      code: "INVALID",
      message: "Registered model alias Best_1 not found.",
    });
    const { id } = await getRegisteredModel(lab.ada, { name });
    const moves = await lab.system.db.select().from(modelAliasEvent).where(eq(modelAliasEvent.modelId, id)).orderBy(modelAliasEvent.seq);
    expect(moves.map((move) => [move.fromVersion, move.toVersion])).toEqual([
      [null, 1],
      [1, 2],
      [2, null],
    ]);
  });

  it("are deleted with their aliases and can be brought back; no verb finds them in between", async () => {
    await setRegisteredModelAlias(lab.ada, { name, alias: "champion", version: 3 });
    const { id } = await getProtocolVersion(lab.ada, { model: name, version: 3 });
    await deleteModelVersion(lab.ada, { model: name, version: 3 });
    const gone = { code: "NOT_FOUND", message: `Model Version (name=${name}, version=3) not found` };
    const named = { model: name, version: 3 };
    await expect(getProtocolVersion(lab.ada, named)).rejects.toMatchObject(gone);
    await expect(deleteModelVersion(lab.ada, named)).rejects.toMatchObject(gone);
    await expect(describeModelVersion(lab.ada, { ...named, description: "" })).rejects.toMatchObject(gone);
    await expect(transitionModelVersion(lab.ada, { ...named, stage: "None", archiveOthers: false })).rejects.toMatchObject(gone);
    const model = await getRegisteredModel(lab.ada, { name });
    expect(model).toMatchObject({ aliases: [], updatedAt: lab.clock.now });
    expect(model.latestVersions.map((one) => one.version)).toEqual([2]);
    expect((await getModel(lab.ada, { model: name })).versionRows.map((one) => one.version)).toEqual([2, 1]);
    await restoreModelVersion(lab.ada, { versionId: id });
    expect(await getProtocolVersion(lab.ada, named)).toMatchObject({ version: 3, aliases: [] });
  });
});
