import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { DatabaseHandle } from "@trellis/db";
import { pipelineTrigger, project, projectMember, run, user } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { SourceHostCapability } from "../../catalog/ports.ts";
import { MemorySourceHost } from "../../catalog/testing/memory-source-host.ts";
import type { Capability } from "../../kernel/capability.ts";
import { CHANGES_CHANNEL } from "../../kernel/changes.ts";
import type { Actor, CoreContext, Role } from "../../kernel/context.ts";
import { newId } from "../../kernel/ids.ts";
import { ArtifactStoreCapability } from "../../tracking/ports.ts";
import { MemoryArtifactStore } from "../../tracking/testing/memory-artifact-store.ts";
import { getRun, isRunEnded, type PipelineScheduler, startPipelineScheduler } from "../index.ts";
import { ExecutorCapability, PythonEnvironmentsCapability, SigningKeysCapability } from "../ports.ts";
import { FakeEnvironments } from "./fake-environments.ts";
import { FakeExecutor } from "./fake-executor.ts";

/** A project with its repository, people and fakes of all that pipelines need. Each has names of its own, so labs share a database. */
export type PipelineLab = Awaited<ReturnType<typeof openLab>>;

/** Makes a lab on an open database; close it to stop its schedulers and remove its folder. */
export async function openLab(database: DatabaseHandle, options: { visibility?: "internal" | "private" } = {}) {
  const sources = new MemorySourceHost();
  const store = new MemoryArtifactStore();
  const executor = new FakeExecutor();
  const environments = new FakeEnvironments();
  executor.otherwise = async ({ command }) => {
    if (command.startsWith("install ")) environments.made.add(command.slice("install ".length));
    return 0;
  };
  const rootFolder = await mkdtemp(path.join(tmpdir(), "trellis-lab-"));
  const suffix = newId().slice(-8);
  const projectRow = { id: newId(), slug: `lab-${suffix}`, repository: `projects/lab-${suffix}` };
  const now = { current: null as Date | null };
  const errors: string[] = [];
  const logged: { wake: () => void } = { wake() {} };
  const complain = (fields: object, message: string): void => {
    errors.push(`${message} ${JSON.stringify(fields)}`);
    logged.wake();
  };

  const ports = new Map<string, unknown>([
    [SourceHostCapability.name, sources],
    [ArtifactStoreCapability.name, store],
    [ExecutorCapability.name, executor],
    [PythonEnvironmentsCapability.name, environments],
    [SigningKeysCapability.name, { derive: (purpose: string) => createHash("sha256").update(purpose).digest() }],
  ]);
  const contextOf = (actor: Actor): CoreContext => ({
    db: database.db,
    actor,
    now: () => now.current ?? new Date(),
    newId,
    resolve: <Port>(capability: Capability<Port>) => ports.get(capability.name) as Port,
    log: { debug() {}, info() {}, warn: complain, error: complain },
    signal: new AbortController().signal,
  });
  const person = async (name: string, role: Role): Promise<CoreContext> => {
    const id = newId();
    await database.db.insert(user).values({ id, name, email: `${id}@example.com`, role, createdAt: new Date(), updatedAt: new Date() });
    return contextOf({ kind: "user", userId: id, name, email: `${id}@example.com`, role });
  };

  const ada = await person("Ada", "data_scientist");
  const adaId = ada.actor.kind === "user" ? ada.actor.userId : "";
  await database.db
    .insert(project)
    .values({ ...projectRow, title: "Lab", visibility: options.visibility ?? "internal", createdBy: adaId, createdAt: new Date() });
  await database.db.insert(projectMember).values({ projectId: projectRow.id, userId: adaId, role: "owner", createdAt: new Date() });
  await sources.createRepository(projectRow.repository);

  const schedulers: PipelineScheduler[] = [];
  return {
    database,
    sources,
    store,
    executor,
    environments,
    rootFolder,
    project: projectRow,
    /** Set `now.current` to own the time. */
    now,
    /** What was logged as a warning or an error. */
    errors,
    /** Owner of the project. */
    ada,
    system: contextOf({ kind: "system", name: "test" }),
    person,
    push: (files: Record<string, string | null>) => sources.push(projectRow.repository, files),
    async schedule(slots = 2): Promise<PipelineScheduler> {
      const scheduler = await startPipelineScheduler(contextOf({ kind: "system", name: "test" }), { database, slots, rootFolder, clientFolder: "/client" });
      schedulers.push(scheduler);
      return scheduler;
    },
    /** The run once the condition holds; looks at each announced change, never by time. */
    async until(runId: string, holds: (found: Awaited<ReturnType<typeof getRun>>) => boolean) {
      const changed: { wake: () => void } = { wake() {} };
      const unlisten = await database.listen(CHANGES_CHANNEL, () => changed.wake());
      try {
        for (;;) {
          const next = new Promise<void>((resolve) => (changed.wake = resolve));
          const found = await getRun(ada, { runId });
          if (holds(found)) return found;
          await next;
        }
      } finally {
        await unlisten();
      }
    },
    /** Once something was logged that contains this text. */
    async problem(text: string): Promise<void> {
      while (!errors.some((error) => error.includes(text))) await new Promise<void>((resolve) => (logged.wake = resolve));
    },
    async ended(runId: string) {
      return this.until(runId, (found) => isRunEnded(found.status));
    },
    async close() {
      for (const scheduler of schedulers) await scheduler.stop();
      await database.db.delete(run).where(eq(run.projectId, projectRow.id));
      await database.db.delete(pipelineTrigger).where(eq(pipelineTrigger.projectId, projectRow.id));
      await rm(rootFolder, { recursive: true, force: true });
    },
  };
}

/** A `trellis.yaml` of the lab with one pipeline `train` of these steps (YAML below `steps:`, each line indented by six). */
export function projectFile(slug: string, steps: string, rest = ""): string {
  return `version: 1\nproject: ${slug}\npipelines:\n  train:\n    parameters:\n      depth: { type: integer, default: 6, min: 1 }\n    steps:\n${steps
    .trim()
    .split("\n")
    .map((line) => `      ${line.replace(/^ {6}/, "")}`)
    .join("\n")}\n${rest}`;
}
