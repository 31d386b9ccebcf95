import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { access, mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { findUv, runCommand, TEST_CACHE } from "../../../../packages/templates/testing/python-tools.ts";

/** Clients of which a whole, unmodified installation is tested. */
export const CLIENTS = ["3.18", "2.22"] as const;
export type ClientVersion = (typeof CLIENTS)[number];

const FOLDER = path.join(import.meta.dirname, "mlflow");

/** The Python of an environment with this client, made once and kept between runs of the suite. */
export async function mlflowPython(version: ClientVersion): Promise<string> {
  const requirements = path.join(FOLDER, `client-${version}.txt`);
  const digest = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex")
    .slice(0, 12);
  const folder = path.join(TEST_CACHE, "mlflow", `${version}-${digest}`);
  const python = path.join(folder, "bin/python");
  if (await isThere(python)) return python;
  const uv = await findUv();
  const draft = `${folder}.${process.pid}`;
  await mkdir(path.dirname(folder), { recursive: true });
  await run(uv, ["venv", "--quiet", "--relocatable", draft]);
  await run(uv, ["pip", "install", "--quiet", "--no-deps", "--compile-bytecode", "--python", path.join(draft, "bin/python"), "-r", requirements]);
  await rename(draft, folder).catch(async (error: unknown) => {
    // Another test file was faster.
    if (!(await isThere(python))) throw error;
    await rm(draft, { recursive: true, force: true });
  });
  return python;
}

/** The checks that a script makes with this client, by name, read from its text. */
export function namesOfChecks(script: string, version: ClientVersion): string[] {
  const text = readFileSync(path.join(FOLDER, script), "utf8");
  return [...text.matchAll(/^@check\("([^"]+)"(, only_3=True)?\)/gm)].flatMap(([, name = "", only3]) => (only3 && version.startsWith("2") ? [] : [name]));
}

/** What a client's script found: `ok`, or what went wrong, by the name of the check. */
export type Findings = Record<string, string>;

/** Runs a script of checks with an unmodified client that knows nothing but the two variables that a person sets. */
export async function runChecks(
  script: string,
  options: { version: ClientVersion; uri: string; token: string; env?: Record<string, string> },
): Promise<Findings> {
  const python = await mlflowPython(options.version);
  const { stdout, stderr } = await runCommand(python, [path.join(FOLDER, script)], {
    env: {
      MLFLOW_TRACKING_URI: options.uri,
      MLFLOW_TRACKING_TOKEN: options.token,
      // A fault of the portal must be told, not waited for.
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
      MLFLOW_DISABLE_TELEMETRY: "true",
      GIT_PYTHON_REFRESH: "quiet",
      MPLBACKEND: "agg",
      ...options.env,
    },
  });
  const found = stdout
    .split("\n")
    .findLast((line) => line.startsWith("FINDINGS "))
    ?.slice("FINDINGS ".length);
  return found ? (JSON.parse(found) as Findings) : { script: `It did not end.\n${stdout.slice(-2_000)}\n${stderr.slice(-4_000)}` };
}

async function run(file: string, args: string[]): Promise<void> {
  const { exitCode, stderr } = await runCommand(file, args);
  if (exitCode !== 0) throw new Error(`${file} ${args.join(" ")}: ${stderr}`);
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
