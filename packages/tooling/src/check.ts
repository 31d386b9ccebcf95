import { runChecks, STATIC_CHECKS } from "./checks.ts";
import { installedProgram, runCommand } from "./run-command.ts";

const unitTests = {
  name: "unit tests",
  run: () => runCommand(installedProgram("vitest"), ["run", "--project", "unit", "--project", "ui", "--reporter", "dot"], { quiet: true }),
};
const { failed } = await runChecks([...STATIC_CHECKS, unitTests]);
process.exitCode = failed === 0 ? 0 : 1;
