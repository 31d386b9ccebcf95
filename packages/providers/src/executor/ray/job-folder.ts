import { chmod, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ExecutionRequest, ExecutionState } from "@trellis/core/pipelines/ports.ts";
import { START_FAILED, WRAPPER_REFUSED } from "../../local-processes/wrapper.ts";
import { quoteForShell } from "../../local-processes/quote-for-shell.ts";
import { isErrno } from "../../local-processes/state-file.ts";

/**
 * What an attempt keeps in its folder, which the portal and every node of the cluster must see under the same path:
 * `run` (the script that Ray starts), `started` (the fence: whoever makes it decides whether the command ever runs),
 * `log` (stdout and stderr), `exit` (the exit code, there as soon as the command has ended), `lost` (why there will never be
 * one) and `stop` (a wish to end it that Ray has not heard yet).
 */
export type JobFolder = { root: string; script: string; fence: string; log: string; exit: string; lost: string; stop: string };

/** The files of an attempt's folder. */
export function jobFolder(root: string): JobFolder {
  const file = (name: string): string => path.join(root, name);
  return { root, script: file("run"), fence: file("started"), log: file("log"), exit: file("exit"), lost: file("lost"), stop: file("stop") };
}

const FENCED = "fenced";

/** Writes the script of the request. It holds the command's environment, so only the owner may read it; whole or not at all. */
export async function writeJobScript(folder: JobFolder, request: ExecutionRequest): Promise<void> {
  await mkdir(folder.root, { recursive: true });
  const draft = `${folder.script}.part`;
  await writeFile(draft, scriptOf(folder, request), { mode: 0o700 });
  await chmod(draft, 0o700);
  await rename(draft, folder.script);
}

/**
 * The wrapper outlives the command to write down its exit code: SIGTERM ends the command alone. The environment is exactly
 * that of the request, and Ray's address, with which a step joins the cluster that runs it.
 */
function scriptOf(folder: JobFolder, { command, workFolder, environment }: ExecutionRequest): string {
  const variables = Object.entries(environment).map(([name, value]) => quoteForShell(`${name}=${value}`));
  return `set -C
{ printf 'running\\n' >${quoteForShell(folder.fence)}; } 2>/dev/null || exit ${WRAPPER_REFUSED}
set +C
exec >>${quoteForShell(folder.log)} 2>&1 </dev/null
trap : TERM INT HUP
finish() {
  printf '%s\\n' "$1" >${quoteForShell(`${folder.exit}.part`)}
  mv ${quoteForShell(`${folder.exit}.part`)} ${quoteForShell(folder.exit)}
  exit "$1"
}
cd ${quoteForShell(workFolder)} || finish ${START_FAILED}
env -i \${RAY_ADDRESS:+RAY_ADDRESS="$RAY_ADDRESS"} ${variables.join(" ")} /bin/sh -c ${quoteForShell(command)}
finish $?
`;
}

/** What the folder alone proves of the command; null while it may run or begin. */
export async function readOutcome(folder: JobFolder): Promise<Exclude<ExecutionState, { state: "running" }> | null> {
  const exitCode = await readOrNull(folder.exit);
  if (exitCode !== null) return { state: "exited", exitCode: Number.parseInt(exitCode, 10) };
  if ((await readFence(folder)) === "fenced") return { state: "never_started" };
  const reason = await readOrNull(folder.lost);
  return reason === null ? null : { state: "lost", reason };
}

/** Writes an outcome down that only Ray could tell, since Ray forgets. What the wrapper has written meanwhile stays. */
export async function keepOutcome(folder: JobFolder, outcome: { exitCode: number } | { lost: string }): Promise<void> {
  const [file, text] = "lost" in outcome ? [folder.lost, outcome.lost] : [folder.exit, `${outcome.exitCode}\n`];
  await writeFile(file, text, { flag: "wx" }).catch((error: unknown) => {
    if (!isErrno(error, "EEXIST")) throw error;
  });
}

/** Notes the wish to end the command; `doStop` is tried now and, if it fails, whenever `retryStop` is called. */
export async function noteStop(folder: JobFolder, doStop: () => Promise<void>): Promise<void> {
  await writeFile(folder.stop, "");
  await retryStop(folder, doStop);
}

/** Passes on a wish to end the command that could not be passed on before. */
export async function retryStop(folder: JobFolder, doStop: () => Promise<void>): Promise<void> {
  if ((await readOrNull(folder.stop)) === null) return;
  await doStop().then(
    () => rm(folder.stop, { force: true }),
    () => {},
  );
}

/** Whether the command has begun, was kept from ever beginning, or neither yet. */
export async function readFence(folder: JobFolder): Promise<"open" | "started" | "fenced"> {
  const text = await readOrNull(folder.fence);
  if (text === null) return "open";
  return text.trim() === FENCED ? "fenced" : "started";
}

/** Keeps the command from ever beginning, unless it has begun. */
export async function raiseFence(folder: JobFolder): Promise<"started" | "fenced"> {
  await mkdir(folder.root, { recursive: true });
  try {
    const file = await open(folder.fence, "wx");
    await file.writeFile(`${FENCED}\n`);
    await file.close();
    return "fenced";
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    return (await readFence(folder)) === "fenced" ? "fenced" : "started";
  }
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "ENOTDIR")) return null;
    throw error;
  }
}
