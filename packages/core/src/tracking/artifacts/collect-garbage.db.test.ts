import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import {
  artifact,
  dataset,
  datasetVersion,
  experiment,
  loggedModel,
  modelVersion,
  modelVersionFile,
  project,
  registeredModel,
  trackedRun,
  unreferencedBlob,
} from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { CoreContext } from "../../kernel/context.ts";
import { actingAs, testContext } from "../../kernel/testing/test-context.ts";
import { collectGarbage, deleteRunArtifacts, putLoggedModelFile, putRunArtifact } from "../index.ts";
import { ArtifactStoreCapability } from "../ports.ts";
import { MemoryArtifactStore } from "../testing/memory-artifact-store.ts";

const HOUR = 60 * 60 * 1000;
const database = testDatabase();
let store: MemoryArtifactStore;
let now: Date;
let ctx: CoreContext;
let projectId: string;
let runId: string;
let modelId: string;

beforeEach(async () => {
  await database.db.execute(sql`truncate project, artifact, tracked_run, unreferenced_blob cascade`);
  store = new MemoryArtifactStore();
  store.now = () => now;
  now = new Date("2026-11-24T10:00:00Z");
  ctx = testContext({ db: database.db, ports: [[ArtifactStoreCapability, store]], now: () => now });
  const ada = await actingAs(ctx, "Ada", "data_scientist");
  [projectId, runId, modelId] = [ctx.newId(), ctx.newId(), ctx.newId()];
  await database.db
    .insert(project)
    .values({ id: projectId, slug: "p", title: "P", visibility: "internal", repository: "p", createdBy: ada.actor.userId, createdAt: now });
  const [made] = await database.db.insert(experiment).values({ projectId, name: "e", createdAt: now, updatedAt: now }).returning();
  const experimentId = made?.id ?? 0;
  await database.db.insert(trackedRun).values({ id: runId, experimentId, source: "client", name: "r", status: "RUNNING", startTime: 1, createdAt: now });
  await database.db.insert(loggedModel).values({ id: modelId, experimentId, name: "m", status: "LOGGED_MODEL_READY", createdAt: now, updatedAt: now });
});

const content = (words: string) => Readable.from([Buffer.from(words)]);
const put = (path: string, words = path) => putRunArtifact(ctx, { runId, path, content: content(words) });
const blobs = async () => (await Promise.all([...store.blobs.keys()].map(async (digest) => text(await store.get(digest))))).toSorted();
const pass = (hours: number) => (now = new Date(now.getTime() + hours * HOUR));

/** Collects as the timer would over two days, so that everything that may go has gone. */
async function collectForTwoDays(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) {
    pass(6.5);
    await collectGarbage(ctx);
  }
}

describe("collectGarbage", () => {
  it("removes what was replaced or deleted, a day after that was seen, and nothing else", async () => {
    await put("a", "old");
    await put("a", "new");
    await put("b", "deleted");
    await deleteRunArtifacts(ctx, { runId, path: "b" });
    expect(await collectGarbage(ctx)).toEqual({ removed: 0, removedBytes: 0 });
    pass(25);
    expect(await collectGarbage(ctx)).toEqual({ removed: 0, removedBytes: 0 });
    pass(23);
    expect(await collectGarbage(ctx)).toEqual({ removed: 0, removedBytes: 0 });
    pass(2);
    expect(await collectGarbage(ctx)).toEqual({ removed: 2, removedBytes: 10 });
    expect(await blobs()).toEqual(["new"]);
    expect(await database.db.select().from(unreferencedBlob)).toEqual([]);
  });

  it("keeps what anything refers to: files of runs, of logged models, of versions and of datasets", async () => {
    await put("run");
    await putLoggedModelFile(ctx, { modelId, path: "x", content: content("logged model") });
    const [version, data] = [await store.put(content("version")), await store.put(content("dataset"))];
    const [registeredId, versionId, datasetId] = [ctx.newId(), ctx.newId(), ctx.newId()];
    await database.db.insert(registeredModel).values({ id: registeredId, projectId, name: "m", createdAt: now, updatedAt: now });
    await database.db.insert(modelVersion).values({
      id: versionId,
      modelId: registeredId,
      version: 1,
      digest: "d",
      sizeBytes: 1,
      signature: { inputs: [], outputs: [] },
      descriptor: {},
      metrics: {},
      params: {},
      createdAt: now,
    });
    await database.db.insert(modelVersionFile).values({ versionId, path: "x", ...version });
    await database.db.insert(dataset).values({ id: datasetId, projectId, name: "d", createdAt: now });
    await database.db.insert(datasetVersion).values({
      id: ctx.newId(),
      datasetId,
      digest: "d",
      files: [
        { path: "git", digest: "git:1", sizeBytes: 1 },
        { path: "x", ...data },
      ],
      sizeBytes: 1,
      createdAt: now,
    });
    await store.put(content("nobody's"));
    await collectForTwoDays();
    expect(await blobs()).toEqual(["dataset", "logged model", "run", "version"]);
  });

  it("keeps bytes that are put again just before they would go, whatever the moment", async () => {
    await put("a", "wanted again");
    await deleteRunArtifacts(ctx, { runId, path: "a" });
    pass(25);
    await collectGarbage(ctx);
    pass(25);
    // The client's bytes come between the look for references and the deletion; its row will come after both.
    const remove = store.delete.bind(store);
    store.delete = async (digest, options) => {
      await store.put(content("wanted again"));
      return remove(digest, options);
    };
    expect(await collectGarbage(ctx)).toEqual({ removed: 0, removedBytes: 0 });
    expect(await blobs()).toEqual(["wanted again"]);
    expect(await database.db.select().from(unreferencedBlob)).toEqual([]);
  });

  it("begins a blob's time anew when something refers to it in between", async () => {
    const { digest, sizeBytes } = await put("a", "copied");
    await deleteRunArtifacts(ctx, { runId, path: "a" });
    pass(25);
    await collectGarbage(ctx);
    // As by a transaction that read the row before it was deleted.
    await database.db.insert(artifact).values({ id: ctx.newId(), runId, path: "copy", digest, sizeBytes, createdAt: now });
    pass(12);
    await collectGarbage(ctx);
    await deleteRunArtifacts(ctx, { runId, path: "" });
    pass(13);
    await collectGarbage(ctx);
    expect(await blobs()).toEqual(["copied"]);
    pass(25);
    await collectGarbage(ctx);
    expect(await blobs()).toEqual([]);
  });

  it("has broken uploads swept, and tells a store that fails", async () => {
    const swept: Date[] = [];
    store.removeLeftovers = async (before?: Date) => void swept.push(before ?? new Date(0));
    await collectGarbage(ctx);
    expect(swept).toEqual([new Date(now.getTime() - 24 * HOUR)]);
    store.removeLeftovers = () => Promise.reject(new Error("the bucket is gone"));
    await expect(collectGarbage(ctx)).rejects.toThrow("the bucket is gone");
  });

  it("never removes what is referred to, whatever clients do at the same time, and leaves nothing for ever", async () => {
    const name = fc.constantFrom("a", "b", "c");
    const action = fc.oneof(
      fc.record({ kind: fc.constant("put" as const), path: name, words: fc.constantFrom("1", "2", "3", "4") }),
      fc.record({ kind: fc.constant("delete" as const), path: name }),
      fc.record({ kind: fc.constant("collect" as const) }),
      fc.record({ kind: fc.constant("pass" as const), hours: fc.constantFrom(1, 13, 25) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(action, { minLength: 1, maxLength: 4 }), { maxLength: 10 }), async (rounds) => {
        await database.db.execute(sql`truncate artifact, unreferenced_blob`);
        store.blobs.clear();
        store.storedAt.clear();
        for (const round of rounds) {
          // What is in a round happens at once.
          await Promise.all(
            round.map(async (step) => {
              if (step.kind === "put") await put(step.path, step.words);
              else if (step.kind === "delete") await deleteRunArtifacts(ctx, { runId, path: step.path });
              else if (step.kind === "collect") await collectGarbage(ctx);
              else pass(step.hours);
            }),
          );
          const referred = await database.db.selectDistinct({ digest: artifact.digest }).from(artifact);
          for (const { digest } of referred) expect([...store.blobs.keys()]).toContain(digest);
        }
        await collectForTwoDays();
        const left = await database.db.selectDistinct({ digest: artifact.digest }).from(artifact);
        expect([...store.blobs.keys()].toSorted()).toEqual(left.map((row) => row.digest).toSorted());
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});
