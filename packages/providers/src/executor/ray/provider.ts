import { setTimeout as pause } from "node:timers/promises";
import { isCoreError } from "@trellis/core/kernel/errors.ts";
import type { ExecutionHandle, ExecutionRequest, ExecutionState, Executor } from "@trellis/core/pipelines/ports.ts";
import { enforceLogLimit } from "../../local-processes/log-file.ts";
import { waitForChange } from "../../local-processes/wait-for-change.ts";
import { quoteForShell } from "../../local-processes/quote-for-shell.ts";
import { DEFAULT_LOG_LIMIT_BYTES, readLog } from "../read-log.ts";
import { type JobFolder, jobFolder, keepOutcome, noteStop, raiseFence, readFence, readOutcome, retryStop, writeJobScript } from "./job-folder.ts";
import { createRayJobs, type RayJob } from "./ray-jobs.ts";

/** Ray's own answer is asked for this often while a command runs; its exit code is seen at once. */
const ASK_RAY_EVERY_MS = 2_000;
/** How long the exit code may stay behind Ray's word that the job has ended: the folder may be on a network. */
const EXIT_CODE_DELAY_MS = 5_000;
/** Ray's wait between SIGTERM and SIGKILL is set when a job is submitted, so it cannot follow each cancel. */
const STOP_GRACE_SECONDS = 10;
const SIGKILL_EXIT_CODE = 137;

/**
 * Runs commands as jobs of a Ray cluster, by its Job Submission API. The folders of the data directory that a command uses
 * must be mounted on every node under the same path: code, inputs and outputs go by them, and so do the log and the exit
 * code, which therefore survive a restart of the cluster's head.
 *
 * @param options.address Address of the head's dashboard, e.g. `http://ray-head:8265`.
 * @param options.token Ray's token, if it asks for one.
 * @param options.folderOf Folder of an attempt, absolute; made when missing.
 */
export function createRayExecutor(options: { address: string; token?: string | undefined; folderOf: (attemptId: string) => string }): Executor {
  const jobs = createRayJobs(options);
  const handle: ExecutionHandle = { executor: "ray", address: options.address };
  /** Submits under way in this process: whoever asks about such an attempt must not fence it. */
  const submitting = new Map<string, Promise<void>>();
  const folderOf = (attemptId: string): JobFolder => jobFolder(options.folderOf(attemptId));

  async function submit(request: ExecutionRequest): Promise<void> {
    const folder = folderOf(request.attemptId);
    if ((await readFence(folder)) !== "open") return;
    await writeJobScript(folder, request);
    await jobs.submit({
      submissionId: request.attemptId,
      entrypoint: `/bin/sh ${quoteForShell(folder.script)}`,
      cpus: request.resources?.cpu ?? 1,
      memoryBytes: request.resources?.memoryBytes ?? 0,
      stopGraceSeconds: STOP_GRACE_SECONDS,
    });
  }

  async function askRay(attemptId: string, folder: JobFolder): Promise<ExecutionState> {
    let job: RayJob | null;
    try {
      job = await jobs.find(attemptId);
    } catch (error) {
      // A cluster that does not answer proves nothing: its jobs may go on.
      if (isCoreError(error) && error.code === "UNAVAILABLE") return { state: "running" };
      throw error;
    }
    if (job && (job.status === "PENDING" || job.status === "RUNNING")) {
      await retryStop(folder, () => jobs.stop(attemptId));
      return { state: "running" };
    }
    if ((await raiseFence(folder)) === "fenced") {
      // The job that Ray could not start says why, once; afterwards it is one that never began.
      if (job?.status === "FAILED") return { state: "lost", reason: `Ray could not start the command: ${job.message || job.errorType || "no reason given"}` };
      return { state: "never_started" };
    }
    return (await waitForOutcome(folder)) ?? keep(folder, job);
  }

  async function keep(folder: JobFolder, job: RayJob | null): Promise<ExecutionState> {
    if (!job) await keepOutcome(folder, { lost: "The Ray cluster does not know the job any more: its head node was restarted." });
    else if (job.status === "STOPPED") await keepOutcome(folder, { exitCode: SIGKILL_EXIT_CODE });
    else await keepOutcome(folder, { lost: `Ray says ${job.status} but there is no exit code: ${job.message || job.errorType || "no reason given"}` });
    return (await readOutcome(folder)) ?? { state: "running" };
  }

  async function settle(attemptId: string): Promise<ExecutionState> {
    await submitting.get(attemptId)?.catch(() => {});
    const folder = folderOf(attemptId);
    return (await readOutcome(folder)) ?? askRay(attemptId, folder);
  }

  async function wait(attemptId: string, signal: AbortSignal): Promise<ExecutionState> {
    const folder = folderOf(attemptId);
    for (;;) {
      signal.throwIfAborted();
      const state = await settle(attemptId);
      if (state.state !== "running") return state;
      const askAgainAt = Date.now() + ASK_RAY_EVERY_MS;
      while (Date.now() < askAgainAt) {
        const changed = waitForChange({ file: folder.root, signal });
        // It may be told to give up while the folder is read.
        changed.catch(() => {});
        const proven = await readOutcome(folder);
        if (proven) {
          changed.cancel();
          return proven;
        }
        await changed;
        enforceLogLimit(folder.log, { maxBytes: DEFAULT_LOG_LIMIT_BYTES, keep: "head" });
      }
    }
  }

  return {
    async submit(request) {
      const { attemptId } = request;
      const submitted = submitting.get(attemptId) ?? submit(request).finally(() => submitting.delete(attemptId));
      submitting.set(attemptId, submitted);
      await submitted;
      return handle;
    },

    poll: settle,

    wait: (attemptId, _handle, signal) => wait(attemptId, signal),

    async cancel(attemptId) {
      await submitting.get(attemptId)?.catch(() => {});
      const folder = folderOf(attemptId);
      if (await readOutcome(folder)) return;
      // A job that still waits in Ray's queue never begins; one that runs is ended by Ray.
      if ((await raiseFence(folder)) === "fenced") await jobs.stop(attemptId).catch(() => {});
      else await noteStop(folder, () => jobs.stop(attemptId));
    },

    readLogs: (attemptId, offset, readOptions) => {
      const folder = folderOf(attemptId);
      const begun = async () => (await readFence(folder)) !== "open";
      return readLog(
        {
          file: folder.log,
          maxBytes: DEFAULT_LOG_LIMIT_BYTES,
          state: async () => ((await readOutcome(folder)) ? "ended" : (await begun()) ? "running" : "absent"),
          ended: async (signal) => {
            if (!(await begun())) return "absent";
            await wait(attemptId, signal);
            return "ended";
          },
        },
        offset,
        readOptions,
      );
    },
  };
}

async function waitForOutcome(folder: JobFolder): Promise<ExecutionState | null> {
  for (const until = Date.now() + EXIT_CODE_DELAY_MS; ; await pause(100)) {
    const outcome = await readOutcome(folder);
    if (outcome || Date.now() > until) return outcome;
  }
}
