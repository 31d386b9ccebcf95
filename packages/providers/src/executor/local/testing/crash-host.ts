/**
 * A portal in miniature for the crash test: runs steps with the local executor and keeps a journal instead of a database.
 * Arguments: folder, number of steps. Stands by until a byte comes on stdin, so that it can take over at once from one that
 * was killed. Says on stdout what it does, a line each, so that the test can kill it at any moment.
 */
import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeSync } from "node:fs";
import path from "node:path";
import { createLauncher } from "../../../local-processes/launcher.ts";
import { createLocalExecutor } from "../provider.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const journal = path.join(folder, "journal");
const executor = createLocalExecutor({ folderOf: (attemptId) => path.join(folder, "attempts", attemptId), launcher: createLauncher() });
const signal = new AbortController().signal;
mkdirSync(folder, { recursive: true });

type Step = { attempt: string | null; outcome: string | null };

/** The journal stands for the database: one line a fact, `<step> launching <attempt>` or `<step> outcome <state>`. */
function readJournal(): Map<number, Step> {
  const steps = new Map<number, Step>();
  for (let step = 0; step < Number(count); step += 1) steps.set(step, { attempt: null, outcome: null });
  const lines = existsSync(journal) ? readFileSync(journal, "utf8").split("\n") : [];
  for (const line of lines) {
    const [step = "", fact, value = ""] = line.split(" ");
    const entry = steps.get(Number(step));
    if (entry && fact === "launching") entry.attempt = value;
    if (entry && fact === "outcome") entry.outcome = value;
  }
  return steps;
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function bring(step: number, known: Step): Promise<void> {
  let attemptId = known.attempt;
  if (attemptId !== null) {
    const state = await executor.poll(attemptId, null);
    say(`found ${step} ${state.state}`);
    if (state.state === "never_started") attemptId = null;
  }
  if (attemptId === null) {
    attemptId = randomUUID();
    appendFileSync(journal, `${step} launching ${attemptId}\n`);
    say(`launching ${step}`);
    const command = `echo start ${step} >>ledger; sleep 0.${((step * 7) % 30) + 10}; echo end ${step} >>ledger; exit ${step % 5}`;
    await executor.submit({ attemptId, command, workFolder: folder, environment: { PATH: "/usr/bin:/bin" } });
    say(`submitted ${step}`);
  }
  const state = await executor.wait(attemptId, { executor: "local" }, signal);
  if (state.state === "never_started") return bring(step, { attempt: attemptId, outcome: null });
  appendFileSync(journal, `${step} outcome ${state.state === "exited" ? state.exitCode : state.state}\n`);
  say(`ended ${step}`);
}

say("stands by");
await new Promise((resolve) => process.stdin.once("data", resolve));
process.stdin.destroy();
const open = [...readJournal()].filter(([, step]) => step.outcome === null);
await Promise.all(open.map(([step, known]) => bring(step, known)));
say("all ended");
