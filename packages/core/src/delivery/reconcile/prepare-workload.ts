import { mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { SourceHostCapability } from "../../catalog/ports.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { ExecutorCapability, PythonEnvironmentsCapability } from "../../pipelines/ports.ts";
import { materializeModelVersion } from "../../registry/index.ts";
import { workloadName } from "../domain/reconcile-plan.ts";
import { ServingFoldersCapability, ServingRuntimeCapability, type Workload } from "../../serving/ports.ts";

export type WorkloadVersion = { id: string; version: number; commit: string | null; lockDigest: string | null; repository: string };

/** Log bytes of a failed installation that people see. */
const LOG_TAIL_BYTES = 4 * 1024;

/**
 * Puts everything on disk that a version needs to run, and says how it is run: its files, its source at its commit, and the
 * environment of its lock file, which is made again when it is gone. Each part appears whole or not at all; safe to repeat.
 * PRECONDITION_FAILED or INVALID: trying again will not help. UNAVAILABLE: it may.
 */
export async function prepareWorkload(ctx: CoreContext, deploymentName: string, version: WorkloadVersion): Promise<Workload> {
  const { commit, lockDigest } = version;
  if (commit === null || lockDigest === null)
    throw new CoreError("PRECONDITION_FAILED", `Version ${version.version} was registered without its commit and locked packages, so it cannot be started.`);
  const { workloads } = ctx.resolve(ServingFoldersCapability);
  const folder = path.join(workloads, workloadName(deploymentName, version.version));
  const [modelFolder, sourceFolder] = [path.join(folder, "model"), path.join(folder, "source")];
  await mkdir(folder, { recursive: true });
  await materializeModelVersion(ctx, version.id, modelFolder);
  await checkoutSource(ctx, { repository: version.repository, commit }, sourceFolder);
  const environmentFolder = await ensureEnvironment(ctx, lockDigest, sourceFolder);
  return ctx
    .resolve(ServingRuntimeCapability)
    .renderWorkload({ deployment: deploymentName, version: version.version, modelFolder, sourceFolder, environmentFolder });
}

/** The source appears under its name only when it is whole. */
async function checkoutSource(ctx: CoreContext, source: { repository: string; commit: string }, folder: string): Promise<void> {
  if (await stat(folder).catch(() => null)) return;
  const draft = `${folder}.${ctx.newId()}.part`;
  await mkdir(draft, { recursive: true });
  try {
    await ctx.resolve(SourceHostCapability).checkout(source.repository, source.commit, draft);
    await rename(draft, folder);
  } catch (error) {
    if (!(await stat(folder).catch(() => null))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function ensureEnvironment(ctx: CoreContext, lockDigest: string, projectFolder: string): Promise<string> {
  const environments = ctx.resolve(PythonEnvironmentsCapability);
  const found = await environments.find(lockDigest);
  if (found) return found.folder;
  await install(ctx, lockDigest, projectFolder);
  const made = await environments.find(lockDigest);
  if (!made) throw new CoreError("UNAVAILABLE", "The packages were installed, but their environment is not there. It is tried again.");
  return made.folder;
}

async function install(ctx: CoreContext, lockDigest: string, projectFolder: string): Promise<void> {
  const executor = ctx.resolve(ExecutorCapability);
  const { command, environment } = await ctx.resolve(PythonEnvironmentsCapability).installCommand(lockDigest, projectFolder);
  // A new id each time: asking for an old one that a crash cut off would fence it.
  const attemptId = ctx.newId();
  const handle = await executor.submit({ attemptId, command, workFolder: projectFolder, environment });
  const ended = await executor.wait(attemptId, handle, ctx.signal);
  if (ended.state === "exited" && ended.exitCode === 0) return;
  if (ended.state !== "exited") throw new CoreError("UNAVAILABLE", "The installation of the packages was cut off. It is tried again.");
  const log = await executor.readLogs(attemptId, 0, { limit: 4 * 1024 * 1024 });
  const tail = log.content.subarray(-LOG_TAIL_BYTES).toString("utf8").trim();
  throw new CoreError("PRECONDITION_FAILED", `The packages of its lock file could not be installed (exit code ${ended.exitCode}).\n${tail}`);
}
