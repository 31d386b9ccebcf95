import type { ExecutionHandle, ExecutionRequest, ExecutionState, Executor } from "../ports.ts";

/** What a command does: gives its exit code, or an end without one. `stopped` aborts when it is told to end. */
export type FakeCommand = (request: ExecutionRequest, stopped: AbortSignal, log: (text: string) => void) => Promise<number | { lost: string }>;

type Execution = { state: ExecutionState; ended: Promise<ExecutionState>; stop: AbortController; log: string; begun: boolean };

/**
 * An executor for tests. Commands are functions, found by the command line. It stands for
 * the machine: several schedulers can share one, as before and after a crash.
 */
export class FakeExecutor implements Executor {
  readonly commands = new Map<string, FakeCommand>();
  /** Answers for commands that are not in the table. */
  otherwise: FakeCommand = async () => 0;
  /** Every command that really began, in order. */
  readonly begun: ExecutionRequest[] = [];
  /** From now on nothing that is submitted begins. */
  refuse = false;
  readonly #executions = new Map<string, Execution>();

  async submit(request: ExecutionRequest): Promise<ExecutionHandle> {
    if (this.refuse) this.#findOrFence(request.attemptId);
    if (!this.#executions.has(request.attemptId)) this.#start(request);
    return { executor: "fake" };
  }

  async poll(attemptId: string): Promise<ExecutionState> {
    return this.#findOrFence(attemptId).state;
  }

  async wait(attemptId: string, _handle: ExecutionHandle, signal: AbortSignal): Promise<ExecutionState> {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    try {
      return await Promise.race([this.#findOrFence(attemptId).ended, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async cancel(attemptId: string): Promise<void> {
    this.#findOrFence(attemptId).stop.abort();
  }

  async readLogs(attemptId: string, offset: number, { limit }: { limit: number }) {
    const execution = this.#executions.get(attemptId);
    const content = Buffer.from(execution?.log ?? "").subarray(offset, offset + limit);
    return { content, nextOffset: offset + content.length, end: execution?.state.state !== "running" };
  }

  #start(request: ExecutionRequest): void {
    const stop = new AbortController();
    const execution: Execution = { state: { state: "running" }, ended: Promise.resolve({ state: "running" }), stop, log: "", begun: true };
    this.#executions.set(request.attemptId, execution);
    this.begun.push(request);
    const command = this.commands.get(request.command) ?? this.otherwise;
    execution.ended = command(request, stop.signal, (text) => (execution.log += text)).then((end) => {
      execution.state = typeof end === "number" ? { state: "exited", exitCode: end } : { state: "lost", reason: end.lost };
      return execution.state;
    });
  }

  #findOrFence(attemptId: string): Execution {
    const known = this.#executions.get(attemptId);
    if (known) return known;
    const state: ExecutionState = { state: "never_started" };
    const fenced: Execution = { state, ended: Promise.resolve(state), stop: new AbortController(), log: "", begun: false };
    this.#executions.set(attemptId, fenced);
    return fenced;
  }
}

/** A command that runs until it is told to stop. */
export const untilStopped: FakeCommand = (_request, stopped) =>
  new Promise((resolve) => {
    stopped.addEventListener("abort", () => resolve(143));
    if (stopped.aborted) resolve(143);
  });
