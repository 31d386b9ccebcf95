import path from "node:path";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { ExecutionHandle, ExecutionRequest, ExecutionState, Executor } from "@trellis/core/pipelines/ports.ts";
import type { Launcher } from "../../local-processes/launcher.ts";
import type { ProcessReference } from "../../local-processes/messages.ts";
import { isErrno } from "../../local-processes/state-file.ts";
import { DEFAULT_LOG_LIMIT_BYTES, type LogSource, readLog } from "../read-log.ts";

/**
 * Runs commands as processes of this machine. In the folder of an attempt it keeps `log` (stdout and stderr) and `process`
 * (see `local-processes/state-file.ts`); the folder is all that a later portal needs to find the command again.
 *
 * @param options.folderOf Folder of an attempt, absolute; made when missing.
 * @param options.launcher The portal's launcher, shared with the deploy target.
 * @param options.logLimitBytes Log bytes kept of one attempt, from its beginning. Default 64 MiB.
 */
export function createLocalExecutor(options: { folderOf: (attemptId: string) => string; launcher: Launcher; logLimitBytes?: number }): Executor {
  const { launcher, folderOf } = options;
  const handle: ExecutionHandle = { executor: "local" };

  function referenceOf(attemptId: string): ProcessReference {
    const folder = folderOf(attemptId);
    return {
      stateFile: path.join(folder, "process"),
      logFile: path.join(folder, "log"),
      logLimit: { maxBytes: options.logLimitBytes ?? DEFAULT_LOG_LIMIT_BYTES, keep: "head" },
      marker: `TRELLIS_ATTEMPT_ID=${attemptId}`,
    };
  }

  /** Submits under way in this process: whoever asks about such an attempt must not fence it. */
  const submitting = new Map<string, Promise<void>>();

  async function submit(request: ExecutionRequest): Promise<void> {
    const reference = referenceOf(request.attemptId);
    try {
      if ((await launcher.inspect(reference)).state !== "absent") return;
      const { command, workFolder, environment } = request;
      await launcher.start({ ...reference, command, workFolder, environment });
    } catch (error) {
      throw cannotStart(request.attemptId, error);
    }
  }

  async function settle(attemptId: string): Promise<ExecutionState> {
    await submitting.get(attemptId)?.catch(() => {});
    const reference = referenceOf(attemptId);
    const state = await launcher.settle(reference);
    if (state.state === "running") launcher.adopt(reference);
    return state;
  }

  return {
    async submit(request: ExecutionRequest): Promise<ExecutionHandle> {
      const { attemptId } = request;
      const submitted = submitting.get(attemptId) ?? submit(request).finally(() => submitting.delete(attemptId));
      submitting.set(attemptId, submitted);
      await submitted;
      return handle;
    },

    poll: (attemptId) => settle(attemptId),

    async wait(attemptId, _handle, signal): Promise<ExecutionState> {
      signal.throwIfAborted();
      const reference = referenceOf(attemptId);
      await settle(attemptId);
      const state = await launcher.ended(reference, signal);
      // Its wrapper died before it could begin: the fence keeps it that way.
      return state.state === "absent" ? settle(attemptId) : state;
    },

    async cancel(attemptId, _handle, graceMs): Promise<void> {
      const reference = referenceOf(attemptId);
      const state = await settle(attemptId);
      if (state.state !== "running") return;
      // The outcome is told by `wait`; a stop that fails leaves the state as it is.
      launcher.stop(reference, graceMs).catch(() => {});
    },

    readLogs: (attemptId, offset, readOptions) => readLog(logOf(launcher, referenceOf(attemptId)), offset, readOptions),
  };
}

function logOf(launcher: Launcher, reference: ProcessReference): LogSource {
  return {
    file: reference.logFile,
    maxBytes: reference.logLimit.maxBytes,
    state: async () => {
      const { state } = await launcher.inspect(reference);
      return state === "running" || state === "absent" ? state : "ended";
    },
    ended: async (signal) => ((await launcher.ended(reference, signal)).state === "absent" ? "absent" : "ended"),
  };
}

function cannotStart(attemptId: string, cause: unknown): CoreError {
  const why = isErrno(cause, "ENOSPC") ? "the disk that holds the data folder is full" : String(cause);
  return new CoreError("UNAVAILABLE", `Attempt ${attemptId} could not be started: ${why}.`, { cause });
}
