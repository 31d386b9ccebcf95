import { defineCapability } from "../kernel/capability.ts";

/** One execution of one command. Everything it needs is in it, so that any worker can submit it. */
export type ExecutionRequest = {
  /** The attempt's id; a second submit with the same id starts nothing and returns the same handle. */
  attemptId: string;
  /** A POSIX shell command line. */
  command: string;
  /** Folder that exists and holds the code and the inputs; the command starts in it. */
  workFolder: string;
  /** The whole environment of the command; nothing is inherited. */
  environment: Record<string, string>;
  /** What it declares to take: CPUs (one when left out) and bytes of memory (0 = not declared). */
  resources?: { cpu: number; memoryBytes: number };
};

/** Opaque to core; stored on the attempt as it is. */
export type ExecutionHandle = { executor: string; [key: string]: unknown };

export type ExecutionState =
  | { state: "running" }
  /** `exitCode` is that of the shell: 128 + n when signal n ended it. */
  | { state: "exited"; exitCode: number }
  /** Proof that it never began, and never will. */
  | { state: "never_started" }
  /** Proof that it is gone without an exit code; `reason` says what is known. */
  | { state: "lost"; reason: string };

export type LogChunk = { content: Buffer; nextOffset: number; /** True when no more can come. */ end: boolean };

/** Runs commands. A state other than `running` is only ever reported on proof. */
export type Executor = {
  submit(request: ExecutionRequest): Promise<ExecutionHandle>;
  /** `handle` null: the portal died before it stored one; the attempt id is enough to find or fence it. */
  poll(attemptId: string, handle: ExecutionHandle | null): Promise<ExecutionState>;
  /** Resolves with the first state that is not `running`; rejects only when `signal` aborts. */
  wait(attemptId: string, handle: ExecutionHandle, signal: AbortSignal): Promise<ExecutionState>;
  /** Ends the whole process tree: politely, then by force after `graceMs`. Returns at once; `wait` tells the outcome. */
  cancel(attemptId: string, handle: ExecutionHandle | null, graceMs: number): Promise<void>;
  /** Log bytes from `offset`, at most `limit`; with `follow`, waits until there is something new or the end. */
  readLogs(attemptId: string, offset: number, options: { limit: number; follow?: boolean; signal?: AbortSignal }): Promise<LogChunk>;
};

export const ExecutorCapability = defineCapability<Executor>("executor");

/** What a command needs to run with a project's locked dependencies. */
export type PreparedEnvironment = {
  /** Digest of the lock file, `sha256:<hex>`. */ lockDigest: string;
  /** Folder of the environment; `bin/python` in it. */ folder: string;
};

/** Makes Python environments from lock files; equal locks share one. */
export type PythonEnvironments = {
  /** The environment of this lock, or null while it has not been made. */
  find(lockDigest: string): Promise<PreparedEnvironment | null>;
  /**
   * The shell command (and its environment variables) that makes it from the `pyproject.toml` and `uv.lock` in `projectFolder`.
   * Run by the executor as a step of its own, so that people see its log. Safe to run twice and at the same time.
   */
  installCommand(lockDigest: string, projectFolder: string): Promise<{ command: string; environment: Record<string, string> }>;
};

/** Keys that follow from the portal's own secret. */
export type SigningKeys = { /** 32 bytes, always the same for one purpose; nobody can tell those of another from it. */ derive(purpose: string): Buffer };

export const SigningKeysCapability = defineCapability<SigningKeys>("signing-keys");

export const PythonEnvironmentsCapability = defineCapability<PythonEnvironments>("python-environments");
