import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const HOST = fileURLToPath(new URL("./testing/crash-host.ts", import.meta.url));
const STEPS = 30;
const KILLS_A_ROUND = 4;

describe("local executor under kill -9", { timeout: 120_000 }, () => {
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), "executor-crash-"));
  });
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  it.each(Array.from({ length: 12 }, (_, round) => round))("loses no step and runs none twice, round %i", async (round) => {
    const folder = path.join(scratch, String(round));
    const random = pseudoRandom(round);
    let host = await standBy(folder);
    for (let kill = 0; kill < KILLS_A_ROUND; kill += 1) {
      // The next host is up before this one dies, so it finds processes that are just being started.
      const next = await standBy(folder);
      // A third of the kills also take the launcher, a third only the launcher.
      await host.run({ atLine: 1 + Math.floor(random() * 2.5 * STEPS), victims: (["host", "both", "launcher"] as const)[kill % 3] ?? "host" });
      host = next;
    }
    expect(await host.run(null)).toBe("all ended");
    const ledger = (await readFile(path.join(folder, "ledger"), "utf8")).trim().split("\n").toSorted();
    expect(ledger).toEqual([...lines("start"), ...lines("end")].toSorted());
    expect(outcomes(await readFile(path.join(folder, "journal"), "utf8"))).toEqual(Array.from({ length: STEPS }, (_, step) => String(step % 5)));
  });
});

type Kill = { atLine: number; victims: "host" | "launcher" | "both" };

/** A host that waits to be told to run; `run` returns its last line, once it ended or was killed. */
async function standBy(folder: string): Promise<{ run(kill: Kill | null): Promise<string> }> {
  const host = spawn(process.execPath, [HOST, folder, String(STEPS)], { stdio: ["pipe", "pipe", "inherit"], env: {} });
  const output = createInterface({ input: host.stdout });
  const { promise: standing, resolve: stands } = Promise.withResolvers<string>();
  const { promise: closed, resolve: close } = Promise.withResolvers<unknown>();
  output.once("line", stands);
  host.once("close", close);
  await standing;
  return {
    async run(kill) {
      let seen = 0;
      let last = "";
      output.on("line", (line) => {
        last = line;
        seen += 1;
        if (seen !== kill?.atLine || host.pid === undefined) return;
        if (kill.victims !== "host") for (const launcher of childrenOf(host.pid)) process.kill(launcher, "SIGKILL");
        if (kill.victims !== "launcher") host.kill("SIGKILL");
      });
      host.stdin.end("go");
      await closed;
      return last;
    },
  };
}

/** The launcher is the host's only child. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
}

function lines(word: string): string[] {
  return Array.from({ length: STEPS }, (_, step) => `${word} ${step}`);
}

function outcomes(journal: string): string[] {
  const found: string[] = [];
  for (const [, step, outcome] of journal.matchAll(/^(\d+) outcome (\S+)$/gm)) found[Number(step)] = outcome ?? "";
  return found;
}

/** mulberry32: a round is repeatable by its number. */
function pseudoRandom(seed: number): () => number {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = Math.imul(state ^ (state >>> 15), state | 1);
    state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
    return ((state ^ (state >>> 14)) >>> 0) / 4_294_967_296;
  };
}
