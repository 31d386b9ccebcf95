import { constants, createWriteStream } from "node:fs";
import { chmod, cp, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { SourceHostCapability } from "../catalog/ports.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { filesOfStep } from "../tracking/index.ts";
import { ArtifactStoreCapability } from "../tracking/ports.ts";
import { type AttemptFolders, attemptFolders, makeAttemptFolders, makeParents, sourceFolder } from "./attempt-folder.ts";
import { ENVIRONMENT_STEP, type ParameterValue } from "./domain/pipeline-spec.ts";
import type { LiveAttempt } from "./live-attempts.ts";
import { type ExecutionRequest, PythonEnvironmentsCapability } from "./ports.ts";
import { type StepTracking, trackingEnvironment } from "./step-tracking.ts";

export type AttemptPlaces = {
  /** Folder of all attempts, `<data>/runs`. */
  rootFolder: string;
  /** Folder with the Python helper that steps import. */
  clientFolder: string;
  /** PATH behind the environment's own. */
  searchPath: string;
  /** Null: the MLflow client of a step is not told where to log. */
  tracking: StepTracking | null;
};

/** What `prepareAttempt` found: something to run, or an environment that exists already. */
export type Preparation = { request: ExecutionRequest } | { cached: string };

/** Puts the code, the outputs of earlier steps and the parameters where the step contract says. Safe to repeat. */
export async function prepareAttempt(ctx: CoreContext, attempt: LiveAttempt, places: AttemptPlaces): Promise<Preparation> {
  const environments = ctx.resolve(PythonEnvironmentsCapability);
  if (attempt.spec.key === ENVIRONMENT_STEP && (await environments.find(attempt.lockDigest)))
    return { cached: "The environment of this lock file exists already." };
  const folders = attemptFolders(places.rootFolder, attempt.runId, attempt.id);
  await makeAttemptFolders(folders);
  await bringSource(ctx, attempt, sourceFolder(places.rootFolder, attempt.runId), folders);
  await bringInputs(ctx, attempt, folders);
  await writeFile(folders.parametersFile, JSON.stringify(parametersOfStep(attempt)));
  return { request: await requestOf(ctx, attempt, places) };
}

/** The parameters that the step is given: those that it declares, else all. */
export function parametersOfStep({ parameters, spec }: Pick<LiveAttempt, "parameters" | "spec">): Record<string, ParameterValue> {
  const names = spec.parameters;
  return names ? Object.fromEntries(Object.entries(parameters).filter(([name]) => names.includes(name))) : parameters;
}

/** The same request for the same attempt each time, so that a submit can be repeated. */
export async function requestOf(ctx: CoreContext, attempt: LiveAttempt, places: AttemptPlaces): Promise<ExecutionRequest> {
  const folders = attemptFolders(places.rootFolder, attempt.runId, attempt.id);
  const environments = ctx.resolve(PythonEnvironmentsCapability);
  const base = baseEnvironment(attempt, folders, places);
  if (attempt.spec.key === ENVIRONMENT_STEP) {
    const install = await environments.installCommand(attempt.lockDigest, folders.work);
    return { attemptId: attempt.id, command: install.command, workFolder: folders.work, environment: { ...base, ...install.environment } };
  }
  const prepared = await environments.find(attempt.lockDigest);
  if (!prepared) throw new CoreError("PRECONDITION_FAILED", "The Python environment of this run is gone. Retry the run: it is made again.");
  const tracking = places.tracking ? await trackingEnvironment(ctx, attempt, places.tracking) : {};
  const environment = {
    ...base,
    ...tracking,
    ...attempt.spec.environment,
    PATH: `${path.join(prepared.folder, "bin")}:${places.searchPath}`,
    VIRTUAL_ENV: prepared.folder,
  };
  return { attemptId: attempt.id, command: attempt.spec.run, workFolder: folders.work, environment, resources: attempt.spec.resources };
}

/** A copy of the run's checkout, which the first attempt makes. Two that make it at once end with one of the two, whole. */
async function bringSource(ctx: CoreContext, attempt: LiveAttempt, source: string, { root, work }: AttemptFolders): Promise<void> {
  const isThere = await stat(source).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    const draft = path.join(root, "source.part");
    await mkdir(draft);
    await ctx.resolve(SourceHostCapability).checkout(attempt.repository, attempt.commit, draft);
    await rename(draft, source).catch(async (error: unknown) => {
      if (!(await stat(source).catch(() => null))) throw error;
      await rm(draft, { recursive: true, force: true });
    });
  }
  await cp(source, work, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
}

function baseEnvironment(attempt: LiveAttempt, folders: AttemptFolders, places: AttemptPlaces): Record<string, string> {
  return {
    PATH: places.searchPath,
    HOME: folders.home,
    LANG: "C.UTF-8",
    TZ: "UTC",
    PYTHONUNBUFFERED: "1",
    PYTHONHASHSEED: "0",
    PYTHONPATH: [path.join(folders.work, "src"), folders.work, places.clientFolder].join(":"),
    TRELLIS_RUN_ID: attempt.runId,
    TRELLIS_RUN_NUMBER: String(attempt.runNumber),
    TRELLIS_PROJECT: attempt.projectSlug,
    TRELLIS_STEP: attempt.spec.key,
    TRELLIS_ATTEMPT: String(attempt.number),
    TRELLIS_PARAMETERS: folders.parametersFile,
    TRELLIS_OUTPUT: folders.output,
  };
}

/** Writes the declared outputs of the steps that this one needs; they take the place of equally named files of the repository. */
async function bringInputs(ctx: CoreContext, attempt: LiveAttempt, { work }: AttemptFolders): Promise<void> {
  const files = await filesOfStep(
    ctx,
    attempt.runId,
    attempt.needs.filter((need) => need !== ENVIRONMENT_STEP),
  );
  const store = ctx.resolve(ArtifactStoreCapability);
  for (const file of files) {
    const target = path.join(work, file.path);
    await makeParents(work, file.path);
    await rm(target, { recursive: true, force: true });
    await pipeline(await store.get(file.digest), createWriteStream(target, { flags: "wx" }));
    if (file.executable) await chmod(target, 0o755);
  }
}
