import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { DatabaseHandle } from "@trellis/db";
import { artifact, experiment, loggedModel, loggedModelFile, project, projectMember, trackedRun } from "@trellis/db/schema";
import type { Capability } from "../../kernel/capability.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { actingAs, testContext } from "../../kernel/testing/test-context.ts";
import { ArtifactStoreCapability } from "../../tracking/ports.ts";
import { MemoryArtifactStore } from "../../tracking/testing/memory-artifact-store.ts";

export type RegistryLab = Awaited<ReturnType<typeof openRegistryLab>>;

/** Two people, a project of the first, and what clients leave there: runs and logged models with files. */
export async function openRegistryLab(database: DatabaseHandle, ports: readonly (readonly [Capability<unknown>, unknown])[] = []) {
  const store = new MemoryArtifactStore();
  const clock = { now: new Date("2026-11-24T10:00:00Z") };
  const system = testContext({ db: database.db, ports: [[ArtifactStoreCapability, store], ...ports], now: () => clock.now });
  const ada = await actingAs(system, "Ada", "data_scientist");
  const ben = await actingAs(system, "Ben", "data_scientist");
  const projectId = system.newId();
  const slug = `lab-${projectId.slice(-8)}`;
  await system.db
    .insert(project)
    .values({ id: projectId, slug, title: "Lab", visibility: "private", repository: "", createdBy: ada.actor.userId, createdAt: clock.now });
  await system.db.insert(projectMember).values({ projectId, userId: ada.actor.userId, role: "owner", createdAt: clock.now });
  const [home] = await system.db
    .insert(experiment)
    .values({ projectId, name: "notebook", createdAt: clock.now, updatedAt: clock.now })
    .returning({ id: experiment.id });
  if (!home) throw new Error("No experiment was made");

  /** A run of a client, with files. */
  async function addRun(files: Record<string, string> = {}): Promise<{ runId: string; hex: string }> {
    const runId = system.newId();
    await system.db.insert(trackedRun).values({
      id: runId,
      experimentId: home?.id ?? 0,
      source: "client",
      name: "run",
      status: "FINISHED",
      startTime: clock.now.getTime(),
      createdAt: clock.now,
    });
    for (const [path, text] of Object.entries(files)) await putRunFile(runId, path, text);
    return { runId, hex: runId.replaceAll("-", "") };
  }

  /** Puts a file into a run as a client does: the one that was there is replaced. */
  async function putRunFile(runId: string, path: string, text: string): Promise<void> {
    const stored = await store.put(Readable.from([text]));
    await system.db
      .insert(artifact)
      .values({ id: system.newId(), runId, path, ...stored, createdAt: clock.now })
      .onConflictDoNothing();
  }

  /** A logged model, with files. */
  async function addLoggedModel(
    values: { name?: string; sourceRunId?: string; files?: Record<string, string>; params?: Record<string, string> } = {},
  ): Promise<{ modelId: string; protocolId: string }> {
    const modelId = system.newId();
    await system.db.insert(loggedModel).values({
      id: modelId,
      experimentId: home?.id ?? 0,
      name: values.name ?? "model",
      status: "LOGGED_MODEL_READY",
      sourceRunId: values.sourceRunId ?? null,
      params: values.params ?? {},
      createdAt: clock.now,
      updatedAt: clock.now,
    });
    for (const [path, text] of Object.entries(values.files ?? {})) {
      const stored = await store.put(Readable.from([text]));
      await system.db.insert(loggedModelFile).values({ modelId, path, ...stored, createdAt: clock.now });
    }
    return { modelId, protocolId: `m-${modelId.replaceAll("-", "")}` };
  }

  return {
    system,
    ada: ada as CoreContext,
    ben: ben as CoreContext,
    adaId: ada.actor.userId,
    projectId,
    slug,
    scope: { projectId },
    experimentId: home.id,
    store,
    clock,
    addRun,
    putRunFile,
    addLoggedModel,
    /** A name that no other test has. */
    name: (word: string): string => `${word} ${createHash("sha256").update(projectId).digest("hex").slice(0, 8)}`,
  };
}

/** An `MLmodel` file of scikit-learn, with one number in. */
export const ML_MODEL = `flavors:
  python_function: { loader_module: mlflow.sklearn }
  sklearn: { sklearn_version: 1.9.1 }
signature:
  inputs: '[{"type": "double", "name": "distance", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
`;
