import { spawn } from "node:child_process";
import { CoreError } from "@trellis/core/kernel/errors.ts";

/** What one git command needs. Nothing of the portal's own environment reaches it. */
export type GitCommand = {
  /** The bare repository. */
  directory: string;
  arguments: string[];
  input?: Buffer | string;
  environment?: Record<string, string>;
  /** More output than this ends the command with TOO_LARGE. */
  maxOutputBytes?: number;
};

export type GitResult = { exitCode: number; stdout: Buffer; stderr: string };

/** Runs one git command in a bare repository; ends it after `timeoutMs`. A non-zero exit code is a result, not an error. */
export type RunGit = (command: GitCommand) => Promise<GitResult>;

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const MAX_MESSAGE_LENGTH = 4000;

// Command scope settings: git reads them before, and instead of, any file of the user or the system.
const SETTINGS: [string, string][] = [
  ["safe.directory", "*"],
  ["core.hooksPath", "/dev/null"],
  ["core.autocrlf", "false"],
  ["core.fsync", "committed"],
  ["gc.auto", "0"],
];

/** The whole environment of a git command on a repository: no settings, keys or prompts of the machine's user. */
export function gitEnvironment(directory: string, searchPath: string): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: searchPath,
    HOME: "/nonexistent",
    LC_ALL: "C",
    TZ: "UTC",
    GIT_DIR: directory,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_COUNT: String(SETTINGS.length),
  };
  SETTINGS.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return environment;
}

/** Builds the runner. `searchPath` is where `git` is looked for, as in `PATH`. */
export function createGitRunner(options: { searchPath: string; timeoutMs: number }): RunGit {
  return (command) =>
    new Promise((resolve, reject) => {
      const child = spawn("git", command.arguments, {
        cwd: "/",
        env: { ...gitEnvironment(command.directory, options.searchPath), ...command.environment },
        stdio: ["pipe", "pipe", "pipe"],
        timeout: options.timeoutMs,
        killSignal: "SIGTERM",
      });
      const chunks: Buffer[] = [];
      let size = 0;
      let stderr = "";
      child.stdout.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= (command.maxOutputBytes ?? MAX_OUTPUT_BYTES)) chunks.push(chunk);
        else child.kill();
      });
      child.stderr.on("data", (chunk: Buffer) => {
        if (stderr.length < MAX_MESSAGE_LENGTH) stderr += chunk.toString();
      });
      // A command that ends without reading all its input is no fault: its exit code says what happened.
      child.stdin.on("error", () => {});
      child.stdin.end(command.input ?? "");
      child.on("error", (error) =>
        reject(new CoreError("UNAVAILABLE", "git could not be started. Install git 2.38 or newer on this machine.", { cause: error })),
      );
      child.on("close", (exitCode, signal) => {
        if (size > (command.maxOutputBytes ?? MAX_OUTPUT_BYTES)) reject(new CoreError("TOO_LARGE", "The repository's answer is too large to read at once."));
        else if (exitCode === null) reject(new CoreError("UNAVAILABLE", `git ${command.arguments[0]} was ended by ${signal}.`));
        else resolve({ exitCode, stdout: Buffer.concat(chunks), stderr });
      });
    });
}

/** The output of a command that must succeed; otherwise an error that carries git's own words for the log. */
export async function mustRun(run: RunGit, command: GitCommand): Promise<Buffer> {
  const result = await run(command);
  if (result.exitCode === 0) return result.stdout;
  throw new Error(`git ${command.arguments[0]} ended with ${result.exitCode}: ${result.stderr.trim()}`);
}
