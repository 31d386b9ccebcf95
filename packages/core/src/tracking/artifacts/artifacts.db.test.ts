import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { artifact, auditEvent, experiment, loggedModel, project, projectMember, trackedRun } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { and, eq, isNull } from "drizzle-orm";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { CoreContext } from "../../kernel/context.ts";
import { actingAs, testContext } from "../../kernel/testing/test-context.ts";
import {
  deleteLoggedModelFiles,
  deleteRunArtifacts,
  listLoggedModelFiles,
  listRunArtifacts,
  openLoggedModelFile,
  openRunArtifact,
  putLoggedModelFile,
  putRunArtifact,
  recordArtifacts,
  verifyFiles,
} from "../index.ts";
import { ArtifactStoreCapability } from "../ports.ts";
import { MemoryArtifactStore } from "../testing/memory-artifact-store.ts";

const database = testDatabase();
let store: MemoryArtifactStore;
let now: Date;
let ada: CoreContext;
let eve: CoreContext;
let projectId: string;
let runId: string;
let modelId: string;

beforeEach(async () => {
  store = new MemoryArtifactStore();
  now = new Date("2026-11-24T10:00:00Z");
  const ctx = testContext({ db: database.db, ports: [[ArtifactStoreCapability, store]], now: () => now });
  const owner = await actingAs(ctx, "Ada", "data_scientist");
  [ada, eve] = [owner, await actingAs(ctx, "Eve", "data_scientist")];
  [projectId, runId, modelId] = [ctx.newId(), ctx.newId(), ctx.newId()];
  await database.db.insert(project).values({
    id: projectId,
    slug: `p-${projectId.slice(-12)}`,
    title: "P",
    visibility: "internal",
    repository: projectId,
    createdBy: owner.actor.userId,
    createdAt: now,
  });
  await database.db.insert(projectMember).values({ projectId, userId: owner.actor.userId, role: "owner", createdAt: now });
  const [made] = await database.db.insert(experiment).values({ projectId, name: "e", createdAt: now, updatedAt: now }).returning();
  const experimentId = made?.id ?? 0;
  await database.db.insert(trackedRun).values({ id: runId, experimentId, source: "client", name: "r", status: "RUNNING", startTime: 1, createdAt: now });
  await database.db.insert(loggedModel).values({ id: modelId, experimentId, name: "m", status: "LOGGED_MODEL_PENDING", createdAt: now, updatedAt: now });
});

const content = (words: string) => Readable.from([Buffer.from(words)]);
const put = (path: string, words: string, ctx = ada) => putRunArtifact(ctx, { runId, path, content: content(words) });
const read = async (path: string, range?: { start: number; end: number }) =>
  text((await openRunArtifact(ada, { runId, path, ...(range ? { range } : {}) })).content);
const list = async (path?: string) => (await listRunArtifacts(ada, path === undefined ? { runId } : { runId, path })).items;
const later = () => (now = new Date(now.getTime() + 1_000));

/** A file that a step of a pipeline left. */
async function leave(path: string, words: string, stepKey = "train") {
  const blob = await store.put(content(words));
  await recordArtifacts(database.db, ada, { runId, stepKey, attemptId: ada.newId(), files: [{ path, ...blob, executable: false }] });
}

describe("files of a run", () => {
  it("are listed a level at a time, bytewise, folders without a size", async () => {
    for (const path of ["model/MLmodel", "model/data/x.bin", "a.txt", "Z.txt", "model.pkl", "a b.txt", "ä.txt", "_%.txt"]) await put(path, path);
    expect(await list()).toEqual([
      { path: "Z.txt", name: "Z.txt", isDirectory: false, sizeBytes: 5 },
      { path: "_%.txt", name: "_%.txt", isDirectory: false, sizeBytes: 6 },
      { path: "a b.txt", name: "a b.txt", isDirectory: false, sizeBytes: 7 },
      { path: "a.txt", name: "a.txt", isDirectory: false, sizeBytes: 5 },
      { path: "model", name: "model", isDirectory: true, sizeBytes: null },
      { path: "model.pkl", name: "model.pkl", isDirectory: false, sizeBytes: 9 },
      { path: "ä.txt", name: "ä.txt", isDirectory: false, sizeBytes: 6 },
    ]);
    expect((await list("model/")).map((entry) => entry.path)).toEqual(["model/MLmodel", "model/data"]);
    expect(await list("a.txt")).toEqual([]);
    expect(await list("none")).toEqual([]);
  });

  it("are listed page by page without a gap", async () => {
    const names = Array.from({ length: 7 }, (_, index) => `f${index}`);
    for (const name of names) await put(`many/${name}`, name);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listRunArtifacts>> = await listRunArtifacts(ada, { runId, path: "many", limit: 3, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map((entry) => entry.name));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(names);
  });

  it("are listed as a folder on disk would show them, whatever their names", async () => {
    const name = fc.constantFrom("a", "b", "a.b", "A", "0", "-", "é", "a b", "~");
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
          { maxLength: 12 },
        ),
        async (paths) => {
          await deleteRunArtifacts(ada, { runId, path: "" });
          const kept: string[] = [];
          for (const path of paths) {
            const clash = kept.some((other) => path.startsWith(`${other}/`) || other.startsWith(`${path}/`));
            if (clash) await expect(put(path, "x")).rejects.toMatchObject({ code: "INVALID" });
            else kept.push((await put(path, "x")).path);
          }
          for (const folder of new Set([
            "",
            ...kept.flatMap((path) =>
              path
                .split("/")
                .slice(1)
                .map((_, depth) =>
                  path
                    .split("/")
                    .slice(0, depth + 1)
                    .join("/"),
                ),
            ),
          ])) {
            const prefix = folder === "" ? "" : `${folder}/`;
            const names = new Set(kept.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length).split("/")[0] ?? ""));
            const byBytes = [...names].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
            expect((await list(folder)).map((entry) => entry.name)).toEqual(byBytes);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it("are read whole or in a range", async () => {
    await put("digits", "0123456789");
    expect(await read("digits")).toBe("0123456789");
    expect(await read("./digits", { start: 2, end: 4 })).toBe("234");
    await expect(read("model")).rejects.toMatchObject({ code: "NOT_FOUND", message: `File model of run ${runId.replaceAll("-", "")} was not found.` });
  });

  it("are replaced by a put to the same path", async () => {
    await put("a.txt", "old");
    later();
    await put("a.txt", "newer");
    expect(await read("a.txt")).toBe("newer");
    expect(await list()).toMatchObject([{ path: "a.txt", sizeBytes: 5 }]);
    expect(await database.db.$count(artifact, eq(artifact.runId, runId))).toBe(1);
  });

  it("stay whole when two clients put them at once", async () => {
    const contents = Array.from({ length: 8 }, () => randomBytes(50_000).toString("hex"));
    await Promise.all(contents.map((words) => put("same.bin", words)));
    expect(contents).toContain(await read("same.bin"));
    expect(await database.db.$count(artifact, eq(artifact.runId, runId))).toBe(1);
  });

  it("never lie where another file needs a folder, also when both come at once", async () => {
    const results = await Promise.allSettled([put("a", "file"), put("a/b", "below"), put("a/b/c", "deeper")]);
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "INVALID", message: /folder|nothing can lie/ });
  });

  it("are nothing when the content breaks off", async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from("half");
        throw new Error("the client is gone");
      })(),
    );
    await expect(putRunArtifact(ada, { runId, path: "a.txt", content: broken })).rejects.toThrow("the client is gone");
    expect(await list()).toEqual([]);
    expect(store.blobs.size).toBe(0);
  });

  it.each(["../up", "/etc/passwd", "a/%2e%2e/b", "a#b", ""])("have no path %j", async (path) => {
    const refusal = { code: "INVALID", message: "Invalid path" };
    await expect(put(path, "x")).rejects.toMatchObject(refusal);
    await expect(read(path)).rejects.toMatchObject(refusal);
    if (path === "") return;
    await expect(list(path)).rejects.toMatchObject(refusal);
    await expect(deleteRunArtifacts(ada, { runId, path })).rejects.toMatchObject(refusal);
  });

  it("are deleted with all below them, and that is written down", async () => {
    for (const path of ["model/a", "model/b/c", "model2", "x"]) await put(path, path);
    expect(await deleteRunArtifacts(ada, { runId, path: "model" })).toEqual({ deleted: 2 });
    expect((await list()).map((entry) => entry.path)).toEqual(["model2", "x"]);
    expect(await deleteRunArtifacts(ada, { runId, path: "model" })).toEqual({ deleted: 0 });
    expect(await deleteRunArtifacts(ada, { runId, path: "" })).toEqual({ deleted: 2 });
    expect(await database.db.select().from(auditEvent).where(eq(auditEvent.subjectId, runId))).toMatchObject([
      { action: "tracking.artifacts.delete", projectId, data: { path: "model", files: 2 } },
      { data: { path: "", files: 2 } },
    ]);
  });

  it("of steps are listed with those of clients, of equal paths the newest", async () => {
    await leave("out/model.pkl", "of the step");
    await leave("out/report.html", "of the step");
    later();
    await put("out/model.pkl", "of the client, newer");
    await put("extra.txt", "x");
    expect((await list()).map((entry) => entry.path)).toEqual(["extra.txt", "out"]);
    expect(await list("out")).toMatchObject([
      { path: "out/model.pkl", sizeBytes: 20 },
      { path: "out/report.html", sizeBytes: 11 },
    ]);
    expect(await read("out/model.pkl")).toBe("of the client, newer");
    later();
    await leave("out/model.pkl", "again of the step", "retrain");
    expect(await read("out/model.pkl")).toBe("again of the step");
  });

  it("of steps stay when a client deletes", async () => {
    await leave("out/model.pkl", "of the step");
    await expect(deleteRunArtifacts(ada, { runId, path: "out" })).rejects.toMatchObject({ code: "INVALID", message: /left by a step/ });
    later();
    await put("out/model.pkl", "of the client");
    expect(await deleteRunArtifacts(ada, { runId, path: "out" })).toEqual({ deleted: 1 });
    expect(await read("out/model.pkl")).toBe("of the step");
  });

  it("take no file once the run is deleted, also when it is deleted during the upload", async () => {
    const deleteRun = () => database.db.update(trackedRun).set({ deletedAt: now }).where(eq(trackedRun.id, runId));
    const slow = Readable.from(
      (async function* () {
        yield Buffer.from("begun");
        await deleteRun();
        yield Buffer.from(" and ended");
      })(),
    );
    await expect(putRunArtifact(ada, { runId, path: "a.txt", content: slow })).rejects.toMatchObject({
      code: "INVALID",
      message: /must be in the 'active' state/,
    });
    await expect(put("b.txt", "x")).rejects.toMatchObject({ code: "INVALID", message: /must be in the 'active' state/ });
    expect(await list()).toEqual([]);
  });

  it("are written by members only, and hidden with a private project", async () => {
    await put("a.txt", "x");
    await expect(put("b.txt", "x", eve)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(deleteRunArtifacts(eve, { runId, path: "a.txt" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await listRunArtifacts(eve, { runId })).items).toHaveLength(1);
    await database.db.update(project).set({ visibility: "private" }).where(eq(project.id, projectId));
    now = new Date(now.getTime() + 60_000);
    for (const attempt of [() => listRunArtifacts(eve, { runId }), () => openRunArtifact(eve, { runId, path: "a.txt" }), () => put("b.txt", "x", eve)])
      await expect(attempt()).rejects.toMatchObject({ code: "NOT_FOUND", message: `Run with id=${runId.replaceAll("-", "")} not found` });
    await expect(listRunArtifacts(ada, { runId: ada.newId() })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("are read from nobody whose put is refused", async () => {
    let asked = false;
    const unread = new Readable({
      read() {
        asked = true;
        this.push(null);
      },
    });
    await expect(putRunArtifact(eve, { runId, path: "a.txt", content: unread })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(asked).toBe(false);
    expect(await database.db.$count(artifact, and(eq(artifact.runId, runId), isNull(artifact.attemptId)))).toBe(0);
  });
});

describe("files of a logged model", () => {
  const put = (path: string, words: string, ctx = ada) => putLoggedModelFile(ctx, { modelId, path, content: content(words) });

  it("are put, replaced, listed, read and deleted", async () => {
    await put("MLmodel", "flavors: {}");
    await put("data/x.bin", "0123");
    await put("MLmodel", "flavors: {sklearn: {}}");
    expect((await listLoggedModelFiles(ada, { modelId })).items).toEqual([
      { path: "MLmodel", name: "MLmodel", isDirectory: false, sizeBytes: 22 },
      { path: "data", name: "data", isDirectory: true, sizeBytes: null },
    ]);
    expect((await buffer((await openLoggedModelFile(ada, { modelId, path: "data/x.bin", range: { start: 1, end: 2 } })).content)).toString()).toBe("12");
    await expect(put("MLmodel/below", "x")).rejects.toMatchObject({ code: "INVALID", message: "MLmodel is a file, so nothing can lie in it." });
    await expect(put("data", "x")).rejects.toMatchObject({ code: "INVALID", message: "data is a folder: it holds data/x.bin." });
    expect(await deleteLoggedModelFiles(ada, { modelId, path: "data" })).toEqual({ deleted: 1 });
    expect(await deleteLoggedModelFiles(ada, { modelId, path: "" })).toEqual({ deleted: 1 });
  });

  it("are written by members only, and gone with a deleted model", async () => {
    await put("MLmodel", "x");
    await expect(put("b", "x", eve)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(deleteLoggedModelFiles(eve, { modelId, path: "" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await database.db.update(loggedModel).set({ deletedAt: now }).where(eq(loggedModel.id, modelId));
    const gone = { code: "NOT_FOUND", message: `Logged model with ID 'm-${modelId.replaceAll("-", "")}' not found` };
    await expect(put("b", "x")).rejects.toMatchObject(gone);
    await expect(listLoggedModelFiles(ada, { modelId })).rejects.toMatchObject(gone);
    await expect(openLoggedModelFile(ada, { modelId, path: "MLmodel" })).rejects.toMatchObject(gone);
  });
});

describe("verifyFiles", () => {
  it("tells which files are gone or have changed", async () => {
    const files = [await put("good", "good"), await put("same", "good"), await put("changed", "as it was"), await put("gone", "here")];
    expect(await verifyFiles(ada, files)).toEqual({ checked: 4, problems: [] });
    store.blobs.set(files[2]?.digest ?? "", Buffer.from("not as it was"));
    store.blobs.delete(files[3]?.digest ?? "");
    expect(await verifyFiles(ada, files)).toEqual({
      checked: 4,
      problems: [
        { path: "changed", problem: "changed" },
        { path: "gone", problem: "missing" },
      ],
    });
  });
});
