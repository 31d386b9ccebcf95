import { installedProgram, ROOT, runCommand } from "./run-command.ts";
import path from "node:path";

export type Check = { name: string; run(): Promise<{ exitCode: number; output: string }> };

const nativeCompiler = path.join(ROOT, "node_modules/ts7/bin/tsc");
const types = (project: string) => runCommand(process.execPath, [nativeCompiler, "--noEmit", "-p", project], { quiet: true });

/** Everything that can be known of the code without running it: style, dependency rules, types. */
export const STATIC_CHECKS: Check[] = [
  { name: "lint", run: () => runCommand(installedProgram("oxlint"), ["--deny-warnings", "--quiet"], { quiet: true }) },
  { name: "format", run: () => runCommand(installedProgram("oxfmt"), ["--check"], { quiet: true }) },
  {
    name: "dependency rules",
    run: () => runCommand(installedProgram("depcruise"), ["--config", ".dependency-cruiser.cjs", "--output-type", "err", "apps", "packages"], { quiet: true }),
  },
  { name: "types of packages", run: () => types("tsconfig.json") },
  { name: "types of ui", run: () => types("packages/ui/tsconfig.json") },
  {
    name: "types of the portal",
    async run() {
      const generated = await runCommand(installedProgram("next"), ["typegen"], {
        cwd: path.join(ROOT, "apps/portal"),
        env: { NEXT_TELEMETRY_DISABLED: "1" },
        quiet: true,
      });
      return generated.exitCode === 0 ? types("apps/portal/tsconfig.json") : generated;
    },
  },
];

/** Runs checks one after the other and says how each went; returns how many failed. */
export async function runChecks(checks: Check[]): Promise<{ passed: number; failed: number }> {
  let failed = 0;
  for (const check of checks) {
    const startedAt = performance.now();
    const { exitCode, output } = await check.run();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${exitCode === 0 ? "✓" : "✗"} ${check.name} (${seconds} s)`);
    if (exitCode !== 0) {
      failed += 1;
      console.log(output);
    }
  }
  return { passed: checks.length - failed, failed };
}
