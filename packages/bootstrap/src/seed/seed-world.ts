import path from "node:path";
import type { Capability } from "@trellis/core/kernel/capability.ts";
import type { Actor, CoreContext } from "@trellis/core/kernel/context.ts";
import { cancelRun, ENVIRONMENT_STEP, startPipelineScheduler } from "@trellis/core/pipelines/index.ts";
import { type ExecutionRequest, ExecutorCapability, PythonEnvironmentsCapability } from "@trellis/core/pipelines/ports.ts";
import { DeployTargetCapability } from "@trellis/core/serving/ports.ts";
import type { Trellis } from "../create-trellis.ts";
import { CLIENT_FOLDER } from "../package-folders.ts";
import { PROJECTS } from "./projects.ts";
import { createRandom, type Random } from "./random.ts";
import { createScriptedEnvironments, createScriptedExecutor, createScriptedTarget } from "./scripted-ports.ts";
import { playStep, type RunFate, type StepEnd } from "./scripted-step.ts";
import { createSeedClock, type SeedClock } from "./seed-clock.ts";

export const DAY_MS = 86_400_000;
/** How long the company has been at it. */
export const SEED_DAYS = 60;

/** The portal as the seed works on it: real database, git and stores; scripted time, processes and serving. */
export type SeedWorldContext = Awaited<ReturnType<typeof openSeedWorld>>;

/**
 * Puts scripted parts into a portal: commands are played (see `playStep`), workloads answer at once, time is the company's.
 * Everything else, above all the scheduler and every verb, is the portal's own. Close it to let go of the scheduler.
 */
export async function openSeedWorld(trellis: Trellis, options: { seed: string; start: Date }) {
  const random = createRandom(options.seed);
  const clock = createSeedClock(options.start, createRandom(`${options.seed} ids`));
  const fates = new Map<string, RunFate>();
  const refusals = new Map<string, string>();
  const environments = createScriptedEnvironments();
  const dayOf = (moment: Date): number => Math.floor((moment.getTime() - options.start.getTime()) / DAY_MS);

  const play = async (request: ExecutionRequest): Promise<StepEnd | "until-stopped"> => {
    const { environment } = request;
    const project = PROJECTS.find(({ slug }) => slug === environment["TRELLIS_PROJECT"]);
    const [step = "", run] = [environment["TRELLIS_STEP"], Number(environment["TRELLIS_RUN_NUMBER"])];
    if (!project) throw new Error(`The seed has no project ${environment["TRELLIS_PROJECT"] ?? ""}.`);
    if (step === ENVIRONMENT_STEP) {
      environments.played(request.command.replace("install ", ""));
      return { seconds: 14, exitCode: 0, log: "Using CPython 3.12\nCreating virtual environment\nInstalled the packages of uv.lock\n" };
    }
    const fate = fates.get(`${project.slug} ${run}`) ?? "succeed";
    if (fate === "cancel" && step === "train") {
      clock.advance(140);
      await cancelRun(system, { runId: environment["TRELLIS_RUN_ID"] ?? "" });
      return "until-stopped";
    }
    return playStep({
      project,
      run,
      step,
      attempt: Number(environment["TRELLIS_ATTEMPT"]),
      fate,
      day: dayOf(clock.now()),
      workFolder: request.workFolder,
      outputFolder: environment["TRELLIS_OUTPUT"] ?? "",
      atMs: clock.now().getTime(),
    });
  };

  const { dataFolder } = trellis.environment;
  const ports = new Map<string, unknown>([
    [
      ExecutorCapability.name,
      createScriptedExecutor({ folderOf: (attemptId) => path.join(dataFolder, "executions", attemptId), play, advance: clock.advance }),
    ],
    [PythonEnvironmentsCapability.name, environments],
    [DeployTargetCapability.name, createScriptedTarget((workload) => refusals.get(workload) ?? null)],
  ]);
  const problems: string[] = [];
  const note = (fields: object, message: string): void => void problems.push(`${message} ${JSON.stringify(fields)}`);
  const as = (actor: Actor): CoreContext => ({
    ...trellis.context,
    actor,
    now: clock.now,
    newId: clock.newId,
    resolve: <Port>(capability: Capability<Port>): Port =>
      ports.has(capability.name) ? (ports.get(capability.name) as Port) : trellis.context.resolve(capability),
    log: { debug() {}, info() {}, warn: note, error: note },
  });
  const system = as({ kind: "system", name: "Trellis" });
  const scheduler = await startPipelineScheduler(system, {
    database: trellis.database,
    slots: 1,
    rootFolder: path.join(dataFolder, "runs"),
    clientFolder: CLIENT_FOLDER,
  });

  return {
    trellis,
    clock: clock satisfies SeedClock,
    random: random satisfies Random,
    system,
    as,
    scheduler,
    dayOf,
    /** The moment of a day of the sixty, at this hour. */
    momentOf: (day: number, hour: number): Date => new Date(options.start.getTime() + day * DAY_MS + hour * 3_600_000),
    /** What becomes of the run of this number; it goes well when nothing is said. */
    decideFate: (slug: string, run: number, fate: RunFate): void => void fates.set(`${slug} ${run}`, fate),
    /** The workload (`<deployment>@<version>`) will not start, for this reason. */
    refuse: (workload: string, why: string): void => void refusals.set(workload, why),
    /** Warnings and errors that were logged on the way. */
    problems,
    close: () => scheduler.stop(),
  };
}
