/**
 * A portal in miniature for the crash test: brings the workloads of a folder in line with one version, as a reconciler does.
 * Arguments: folder, version, `stop` to stop all at the end. Ends when a byte comes on stdin. Says on stdout what it does, a line each, so that the test can
 * kill it at any moment.
 */
import { writeSync } from "node:fs";
import path from "node:path";
import type { Workload } from "@trellis/core/serving/ports.ts";
import { createLauncher } from "../../../local-processes/launcher.ts";
import { createLocalDeployTarget } from "../provider.ts";

const [folder = "", version = "", ending = ""] = process.argv.slice(2);
const names = ["a", "b", "c", "d", "e"];

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function workload(name: string): Workload {
  return {
    name: `${name}@${version}`,
    // A child that left the session must go with it.
    command: "setsid sleep 1000 & exec sleep 1001",
    workFolder: folder,
    environment: { PATH: "/usr/bin:/bin", CRASH_TEST: folder, VERSION: version },
    readinessPath: "/ready",
  };
}

const launcher = createLauncher({ onProblem: say });
const target = createLocalDeployTarget({ folder: path.join(folder, "serving"), launcher, timings: { graceMs: 2_000 }, onProblem: say });
const observed = await target.observe();
say(`found ${observed.length}`);
await Promise.all([
  ...observed
    .filter(({ name }) => !name.endsWith(`@${version}`))
    .map(async ({ name }) => {
      say(`removing ${name}`);
      await target.remove(name);
      say(`removed ${name}`);
    }),
  ...names.map(async (name) => {
    say(`applying ${name}`);
    await target.apply(workload(name));
    say(`applied ${name}`);
  }),
]);
say("in line");
await new Promise((resolve) => process.stdin.once("data", resolve));
process.stdin.destroy();
await target.close({ stopAll: ending === "stop" });
launcher.close();
say("closed");
