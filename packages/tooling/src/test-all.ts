import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { runChecks, STATIC_CHECKS } from "./checks.ts";
import { installedProgram, ROOT, runCommand } from "./run-command.ts";
import { prepareTestEnvironment } from "./test-environment.ts";

/**
 * `npm test`: the static checks, every unit, component, database and process test, the database tests again on PostgreSQL,
 * then people's walks in Chromium on both databases. The last line counts them all.
 */
const totals = { passed: 0, failed: 0 };
const environment = await prepareTestEnvironment();
const shared = {
  UV: environment.uv,
  PATH: `${path.dirname(environment.uv)}${path.delimiter}${process.env.PATH ?? ""}`,
  UV_CACHE_DIR: process.env.UV_CACHE_DIR ?? path.join(ROOT, ".cache/uv-cache"),
  TRELLIS_TEST_CACHE: path.join(ROOT, ".cache"),
  CHROMIUM: environment.chromium ?? undefined,
};

add(await runChecks(STATIC_CHECKS));
await vitest("tests (PGlite)", [], shared);
if (environment.postgres) {
  const onPostgres = { ...shared, TRELLIS_TEST_DATABASE_URL: environment.postgres.url };
  await vitest("database tests (PostgreSQL)", ["--project", "db"], onPostgres);
} else {
  console.log("No PostgreSQL was found: the PostgreSQL half of the tests did not run. Set TRELLIS_TEST_DATABASE_URL or install PostgreSQL.");
}
add(
  await runChecks([
    {
      name: "build",
      run: () => runCommand(installedProgram("turbo"), ["run", "build", "--output-logs=errors-only"], { env: { TURBO_TELEMETRY_DISABLED: "1" }, quiet: true }),
    },
  ]),
);
await playwright("walks (PGlite)", shared);
if (environment.postgres) await playwright("golden path (PostgreSQL)", { ...shared, TRELLIS_E2E_DATABASE_URL: environment.postgres.url }, ["golden-path"]);
await environment.postgres?.stop();

console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 ? 0 : 1;

function add(counts: { passed: number; failed: number }): void {
  totals.passed += counts.passed;
  totals.failed += counts.failed;
}

async function vitest(title: string, args: string[], env: Record<string, string | undefined>): Promise<void> {
  const report = path.join(ROOT, ".cache/vitest.json");
  await rm(report, { force: true });
  console.log(`\n${title}`);
  const { exitCode } = await runCommand(installedProgram("vitest"), ["run", ...args, "--reporter=dot", "--reporter=json", `--outputFile.json=${report}`], {
    env,
  });
  const result = await readReport<{ numPassedTests: number; numFailedTests: number; numFailedTestSuites: number }>(report);
  const failed = result ? Math.max(result.numFailedTests, result.numFailedTestSuites > 0 ? 1 : 0) : 1;
  add({ passed: result?.numPassedTests ?? 0, failed: Math.max(failed, exitCode === 0 ? 0 : 1) });
}

async function playwright(title: string, env: Record<string, string | undefined>, args: string[] = []): Promise<void> {
  const report = path.join(ROOT, ".cache/playwright.json");
  await rm(report, { force: true });
  console.log(`\n${title}`);
  const { exitCode } = await runCommand(installedProgram("playwright"), ["test", "--config", "e2e/playwright.config.ts", "--reporter=list,json", ...args], {
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  });
  const result = await readReport<{ stats: { expected: number; unexpected: number; flaky: number } }>(report);
  const failed = result ? result.stats.unexpected + result.stats.flaky : 1;
  add({ passed: result?.stats.expected ?? 0, failed: Math.max(failed, exitCode === 0 ? 0 : 1) });
}

async function readReport<Report>(file: string): Promise<Report | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Report;
  } catch {
    return null;
  }
}
