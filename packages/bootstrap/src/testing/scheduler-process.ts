import path from "node:path";
import { listRuns, registerPipelines, startRun } from "@trellis/core/pipelines/index.ts";
import { CHANGES_CHANNEL } from "@trellis/core/kernel/changes.ts";
import { openDatabase } from "@trellis/db";
import { openRealPipelines } from "./real-pipelines.ts";

/**
 * A process with a database folder and a scheduler, for the crash test: on an empty folder it makes a project and starts its
 * runs, on any it works until all runs have ended. Prints `ready`, then `{ statuses, attempts }` as JSON. Killed at will.
 */
const [folder = "", slug = "", trellisYaml = "", runs = "1", url = ""] = process.argv.slice(2);

const database = await openDatabase({ ...(url ? { url } : {}), folder: path.join(folder, "database") });
const real = await openRealPipelines(database, folder);
if (!(await database.db.query.project.findFirst())) await real.createProject(slug, { "uv.lock": "", "trellis.yaml": trellisYaml });
await registerPipelines(real.context, { project: slug });
for (let index = 0; index < Number(runs); index += 1)
  await startRun(real.context, { project: slug, pipeline: "train", trigger: { kind: "manual", key: `run ${index}` } });

const changed: { wake(): void } = { wake() {} };
await database.listen(CHANGES_CHANNEL, () => changed.wake());
const scheduler = await real.schedule(4);
process.stdout.write("ready\n");

for (;;) {
  const next = new Promise<void>((resolve) => (changed.wake = resolve));
  const { items } = await listRuns(real.context, { project: slug, limit: 100 });
  if (items.every((item) => item.endedAt !== null)) {
    const attempts = await database.db.query.attempt.findMany();
    process.stdout.write(
      `${JSON.stringify({ statuses: items.map((item) => item.status), attempts: attempts.map((row) => row.status), problems: real.problems })}\n`,
    );
    break;
  }
  await next;
}
await scheduler.stop();
real.close();
await database.close();
