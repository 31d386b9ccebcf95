import { modelVersionFile } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import {
  createModelVersion,
  createRegisteredModel,
  deleteModelVersion,
  deleteRegisteredModel,
  getModelVersion,
  purgeDeletedModels,
  restoreModel,
  restoreModelVersion,
  setRegisteredModelAlias,
  verifyVersion,
} from "./index.ts";
import { ML_MODEL, openRegistryLab, type RegistryLab } from "./testing/registry-lab.ts";

const database = testDatabase();
let lab: RegistryLab;
let name: string;

beforeEach(async () => {
  lab = await openRegistryLab(database.handle);
  name = lab.name("delays");
});

const make = () => createRegisteredModel(lab.ada, { scope: lab.scope, name });
const register = (source: string) => createModelVersion(lab.ada, { model: name, source });

describe("verifyVersion", () => {
  it("reads the files again, keeps what it found, and names what changed or is gone", async () => {
    await make();
    const logged = await lab.addLoggedModel({ files: { MLmodel: ML_MODEL, "model.pkl": "weights", "other.bin": "x" } });
    const { id } = await register(`models:/${logged.protocolId}`);
    expect(await verifyVersion(lab.ada, { versionId: id })).toEqual({ ok: true, checked: 3, problems: [], at: lab.clock.now.toISOString(), byName: "Ada" });
    const files = (await getModelVersion(lab.ada, { versionId: id })).files;
    lab.store.blobs.set(files.find((file) => file.path === "model.pkl")?.digest ?? "", Buffer.from("others!"));
    lab.store.blobs.delete(files.find((file) => file.path === "other.bin")?.digest ?? "");
    const found = await verifyVersion(lab.ada, { versionId: id });
    expect(found).toMatchObject({
      ok: false,
      problems: [
        { path: "model.pkl", problem: "changed" },
        { path: "other.bin", problem: "missing" },
      ],
    });
    expect((await getModelVersion(lab.ada, { versionId: id })).verification).toEqual(found);
    await lab.system.db.delete(modelVersionFile).where(eq(modelVersionFile.path, "other.bin"));
    expect((await verifyVersion(lab.ada, { versionId: id })).problems[0]?.problem).toContain("not the one that was registered");
  });

  it("refuses where the files lie elsewhere, and people who may only read", async () => {
    await make();
    const { id } = await register("s3://bucket/x");
    await expect(verifyVersion(lab.ada, { versionId: id })).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
      message: expect.stringContaining("s3://bucket/x"),
    });
    await expect(verifyVersion(lab.ben, { versionId: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("purgeDeletedModels", () => {
  it("removes what was deleted long ago, with its files, and nothing else", async () => {
    await make();
    const logged = await lab.addLoggedModel({ files: { MLmodel: ML_MODEL } });
    const [old, young, kept] = [
      await register(`models:/${logged.protocolId}`),
      await register(`models:/${logged.protocolId}`),
      await register(`models:/${logged.protocolId}`),
    ];
    const gone = await createRegisteredModel(lab.ada, { scope: lab.scope, name: lab.name("gone") });
    await createModelVersion(lab.ada, { model: gone.name, source: "s3://x" });
    await setRegisteredModelAlias(lab.ada, { name: gone.name, alias: "best", version: 1 });
    await deleteModelVersion(lab.ada, { model: name, version: old.version });
    await deleteRegisteredModel(lab.ada, { name: gone.name });
    const before = new Date(lab.clock.now.getTime() + 1);
    lab.clock.now = new Date("2026-12-24T10:00:00Z");
    await deleteModelVersion(lab.ada, { model: name, version: young.version });
    await purgeDeletedModels(lab.system, { before });
    const left = await lab.system.db.select({ id: modelVersionFile.versionId }).from(modelVersionFile);
    expect(left.map((file) => file.id)).toEqual(expect.arrayContaining([young.id, kept.id]));
    expect(left.map((file) => file.id)).not.toContain(old.id);
    await expect(restoreModelVersion(lab.ada, { versionId: old.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(restoreModel(lab.ada, { modelId: gone.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await restoreModelVersion(lab.ada, { versionId: young.id });
    expect((await register("s3://x")).version).toBe(4);
  });
});
