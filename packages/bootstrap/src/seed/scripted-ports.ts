import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ExecutionHandle, ExecutionRequest, ExecutionState, Executor, LogChunk, PythonEnvironments } from "@trellis/core/pipelines/ports.ts";
import type { DeployTarget, ObservedWorkload, Workload } from "@trellis/core/serving/ports.ts";
import type { StepEnd } from "./scripted-step.ts";

type Execution = { request: ExecutionRequest; ended: PromiseWithResolvers<ExecutionState>; played: boolean; log: string };

/**
 * An executor without processes: each command is played by `play` when somebody waits for it, and its log lies where the
 * local executor of the portal looks for logs, so that the pages of seeded runs show it.
 */
export function createScriptedExecutor(options: {
  folderOf: (attemptId: string) => string;
  play: (request: ExecutionRequest) => Promise<StepEnd | "until-stopped">;
  advance: (seconds: number) => void;
}): Executor {
  const executions = new Map<string, Execution>();
  const handle: ExecutionHandle = { executor: "local" };

  async function finish(execution: Execution, end: { exitCode: number; log: string }): Promise<void> {
    const folder = options.folderOf(execution.request.attemptId);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "log"), end.log);
    // The form of the local executor's state file, without a process behind it.
    await writeFile(path.join(folder, "process"), `exit ${String(end.exitCode).padStart(3, " ")}\n`);
    execution.log = end.log;
    execution.ended.resolve({ state: "exited", exitCode: end.exitCode });
  }

  return {
    async submit(request) {
      if (!executions.has(request.attemptId)) executions.set(request.attemptId, { request, ended: Promise.withResolvers(), played: false, log: "" });
      options.advance(2);
      return handle;
    },
    async poll(attemptId) {
      return executions.has(attemptId) ? { state: "running" } : { state: "never_started" };
    },
    async wait(attemptId) {
      const execution = executions.get(attemptId);
      if (!execution) return { state: "never_started" };
      if (!execution.played) {
        execution.played = true;
        const end = await options.play(execution.request);
        if (end !== "until-stopped") {
          options.advance(end.seconds);
          await finish(execution, end);
        }
      }
      return execution.ended.promise;
    },
    async cancel(attemptId) {
      const execution = executions.get(attemptId);
      if (execution) await finish(execution, { exitCode: 143, log: "epoch 5  train_loss 0.6120\nepoch 10  train_loss 0.5484\nTerminated\n" });
    },
    async readLogs(attemptId, offset, { limit }): Promise<LogChunk> {
      const content = Buffer.from(executions.get(attemptId)?.log ?? "").subarray(offset, offset + limit);
      return { content, nextOffset: offset + content.length, end: true };
    },
  };
}

/** Python environments that exist as soon as they are asked for; the portal makes the real one when it first needs it. */
export function createScriptedEnvironments(): PythonEnvironments & { played(lockDigest: string): void } {
  const made = new Set<string>();
  return {
    async find(lockDigest) {
      return made.has(lockDigest) ? { lockDigest, folder: `/environments/${lockDigest.slice(7, 19)}` } : null;
    },
    async installCommand(lockDigest) {
      return { command: `install ${lockDigest}`, environment: {} };
    },
    played: (lockDigest) => void made.add(lockDigest),
  };
}

/** A place to deploy to where every workload answers at once, but those that `refuses`; nothing is started. */
export function createScriptedTarget(refuses: (workload: string) => string | null): DeployTarget {
  const workloads = new Map<string, ObservedWorkload>();
  return {
    async apply({ name }: Workload) {
      const problem = refuses(name);
      workloads.set(
        name,
        problem === null
          ? { name, state: "ready", address: "http://127.0.0.1:9", restarts: 0, message: null }
          : { name, state: "exited", address: null, restarts: 5, message: problem },
      );
    },
    observe: async () => [...workloads.values()],
    remove: async (name) => void workloads.delete(name),
    watch() {},
    readLogs: async (name) => workloads.get(name)?.message ?? "",
  };
}
