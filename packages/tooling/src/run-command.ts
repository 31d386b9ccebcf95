import { spawn } from "node:child_process";
import path from "node:path";

/** The repository's root. */
export const ROOT = path.join(import.meta.dirname, "../../..");

export type CommandOptions = { cwd?: string; env?: Record<string, string | undefined>; quiet?: boolean };

/** Runs a program without a shell and waits for it; its output goes to the terminal unless `quiet`. */
export function runCommand(command: string, args: string[], options: CommandOptions = {}): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: options.cwd ?? ROOT, env: { ...process.env, ...options.env }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!options.quiet) process.stdout.write(chunk);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => resolve({ exitCode: 127, output: `${output}${error.message}` }));
    child.on("close", (code) => resolve({ exitCode: code ?? 1, output }));
  });
}

/** Path of a program that the repository has installed. */
export function installedProgram(name: string): string {
  return path.join(ROOT, "node_modules/.bin", name);
}
