import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLauncher, type Launcher } from "./launcher.ts";
import { droppedNotice } from "./log-file.ts";
import type { ProcessRequest } from "./messages.ts";
import { readProcessStat } from "./process-identity.ts";
import { fenceStateFile, readStateFile } from "./state-file.ts";

const never = new AbortController().signal;

describe("launcher", { timeout: 60_000 }, () => {
  let scratch: string;
  const launchers: Launcher[] = [];
  let launcher: Launcher;

  beforeAll(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), "launcher-"));
    launcher = makeLauncher();
  });
  afterAll(async () => {
    for (const each of launchers) each.close();
    await rm(scratch, { recursive: true, force: true });
  });

  function makeLauncher(): Launcher {
    const made = createLauncher();
    launchers.push(made);
    return made;
  }

  function request(command: string, changes: Partial<ProcessRequest> = {}): ProcessRequest {
    const id = randomUUID();
    return {
      stateFile: path.join(scratch, id, "process"),
      logFile: path.join(scratch, `${id}.log`),
      logLimit: { maxBytes: 1_000_000, keep: "head" },
      marker: `TRELLIS_TEST=${id}`,
      command,
      workFolder: scratch,
      environment: { PATH: "/usr/bin:/bin" },
      ...changes,
    };
  }

  /** Starts a command that says `up <pid> …` on its log once it stands; returns those process ids. */
  async function startUntilUp(command: string, using = launcher): Promise<{ started: ProcessRequest; pids: number[] }> {
    const started = request(command);
    await using.start(started);
    const up = await until(() => /up((?: \d+)+)\n/.exec(readFileSync(started.logFile, "utf8")));
    return { started, pids: (up[1] ?? "").trim().split(" ").map(Number) };
  }

  describe("fence", () => {
    it("runs nothing under a state file that was fenced, however late the wrapper comes", async () => {
      const late = request("echo ran");
      expect(await fenceStateFile(late.stateFile)).toBe(true);
      await launcher.start(late);
      expect(await launcher.ended(late, never)).toEqual({ state: "never_started" });
      expect(await readFile(late.logFile, "utf8")).toBe("");
    });

    it("runs a command once when two launchers start it at the same time", async () => {
      const other = makeLauncher();
      const requests = Array.from({ length: 20 }, () => request("echo ran"));
      await Promise.all(requests.flatMap((each) => [launcher.start(each), other.start(each)]));
      for (const each of requests) {
        expect(await launcher.ended(each, never)).toEqual({ state: "exited", exitCode: 0 });
        expect(await other.ended(each, never)).toEqual({ state: "exited", exitCode: 0 });
        expect(await readFile(each.logFile, "utf8")).toBe("ran\n");
      }
    });

    it("starts nothing in a folder that was removed after it was asked to", async () => {
      const late = request("touch began");
      // What a launcher does with a request that its portal sent before it died.
      const child = fork(fileURLToPath(new URL("./launcher-process.ts", import.meta.url)), [], { env: {}, stdio: ["ignore", "ignore", "ignore", "ipc"] });
      const exited = new Promise((resolve) => child.on("message", (event) => isExit(event) && resolve(event)));
      child.send({ type: "start", request: late });
      expect(await exited).toEqual({ type: "exited", stateFile: late.stateFile });
      child.disconnect();
      expect(existsSync(path.join(scratch, "began"))).toBe(false);
      expect(existsSync(path.dirname(late.stateFile))).toBe(false);
    });

    it("does not fence what has begun", async () => {
      const { started } = await startUntilUp("echo up $$; exec sleep 60");
      expect(await fenceStateFile(started.stateFile)).toBe(false);
      expect(await launcher.inspect(started)).toEqual({ state: "running" });
      await launcher.stop(started, 0);
    });

    it("takes a state file that its writer could not fill for proof that nothing began", async () => {
      const full = request("true");
      await fenceStateFile(full.stateFile);
      await writeFile(full.stateFile, "");
      expect(await launcher.inspect(full)).toEqual({ state: "never_started" });
    });
  });

  describe("proof of life", () => {
    it("does not take another process with the same number for its own", async () => {
      const old = request("true");
      const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
      await fenceStateFile(old.stateFile);
      await writeFile(old.stateFile, `running  ${process.pid} ${bootId} 1\n`);
      expect(await launcher.inspect(old)).toMatchObject({ state: "lost", reason: expect.stringContaining(`Process ${process.pid} is gone`) });
      await launcher.stop(old, 0);
    });

    it("knows that nothing outlives a restart of the machine", async () => {
      const old = request("true");
      await fenceStateFile(old.stateFile);
      await writeFile(old.stateFile, `running  ${process.pid} other-boot ${readProcessStat(process.pid)?.startTime}\n`);
      expect(await launcher.inspect(old)).toEqual({ state: "lost", reason: "The machine was restarted while it ran." });
      await launcher.stop(old, 0);
    });

    it("records the signal that killed command and wrapper together", async () => {
      const { started } = await startUntilUp("echo up $PPID; sleep 60");
      const record = await readStateFile(started.stateFile);
      process.kill(-(record.kind === "running" ? record.identity.pid : 0), "SIGKILL");
      expect(await launcher.ended(started, never)).toEqual({ state: "exited", exitCode: 137 });
    });
  });

  describe("death of the launcher", () => {
    it("leaves commands running, and their outcome is still told", async () => {
      const mortal = makeLauncher();
      const { started } = await startUntilUp("echo up $$; until [ -e proceed-$$ ]; do sleep 0.02; done; exit 6", mortal);
      const ended = mortal.ended(started, never);
      await killLauncherOf(started);
      // The first may have been sent to the dying one; then it never begins. The next goes to its successor.
      for (const outcomes of [["exited", "never_started"], ["exited"]]) {
        const after = request("echo after");
        await mortal.start(after);
        expect(outcomes).toContain((await mortal.ended(after, never)).state);
      }
      const pid = /up (\d+)/.exec(await readFile(started.logFile, "utf8"))?.[1];
      await writeFile(path.join(scratch, `proceed-${pid}`), "");
      expect(await ended).toEqual({ state: "exited", exitCode: 6 });
    });

    it("does not leave a stop undone", async () => {
      const mortal = makeLauncher();
      const { started, pids } = await startUntilUp("trap '' TERM; echo up $$; while :; do sleep 0.05; done", mortal);
      const stopped = mortal.stop(started, 300);
      await killLauncherOf(started);
      await stopped;
      expect(pids.filter(lives)).toEqual([]);
      expect(await mortal.inspect(started)).toEqual({ state: "exited", exitCode: 137 });
    });
  });

  describe("stopping a tree", () => {
    it("ends children in the background, those that left the session, and those that do not listen", async () => {
      const command = `
        ( trap '' TERM; while :; do sleep 0.05; done ) & a=$!
        setsid sh -c 'echo $$ > escaped; trap "" TERM HUP; while :; do sleep 0.05; done' &
        setsid sh -c 'setsid sleep 300 & echo $! > orphan; exit 0'
        until [ -s escaped ] && [ -s orphan ]; do sleep 0.01; done
        echo up $$ $a $(cat escaped orphan)
        wait`;
      const workFolder = await mkdtemp(path.join(scratch, "tree-"));
      const started = request(command, { workFolder });
      await launcher.start(started);
      const up = await until(() => /up (.*)\n/.exec(readFileSync(started.logFile, "utf8")));
      const pids = (up[1] ?? "").split(" ").map(Number);
      expect(pids).toHaveLength(4);
      expect(pids.every(lives)).toBe(true);
      await launcher.stop(started, 50);
      expect(pids.filter(lives)).toEqual([]);
      expect((await launcher.inspect(started)).state).toBe("exited");
    });

    it("catches up with a command that forks without end", async () => {
      const command = `spawn() { while :; do ( sleep 0.01; : ) & sleep 0.005; done; }; trap '' TERM; spawn & echo up $$; spawn`;
      const { started, pids } = await startUntilUp(command);
      await launcher.stop(started, 0);
      expect(pids.filter(lives)).toEqual([]);
    });

    it("reaches a command that is only just being started", async () => {
      const all = Array.from({ length: 30 }, () => request("sleep 60"));
      await Promise.all(
        all.map(async (each) => {
          await launcher.start(each);
          await launcher.stop(each, 20_000);
        }),
      );
      for (const each of all) expect((await launcher.settle(each)).state).not.toBe("running");
    });

    it("stops what a command left behind in its process group", async () => {
      const { started, pids } = await startUntilUp("sleep 300 & echo up $!");
      expect(await launcher.ended(started, never)).toEqual({ state: "exited", exitCode: 0 });
      await until(() => (pids.some(lives) ? null : true));
    });
  });

  describe("logs", () => {
    it("keeps the head of a flood, says so, and lets the command go on", async () => {
      const flood = request("yes 0123456789abcde | head -c 300000000; exit 5", { logLimit: { maxBytes: 100_000, keep: "head" } });
      await launcher.start(flood);
      expect(await launcher.ended(flood, never)).toEqual({ state: "exited", exitCode: 5 });
      const log = await readFile(flood.logFile);
      expect(log.length).toBe(100_000 + droppedNotice(100_000).length);
      expect(log.subarray(0, 100_000).toString()).toBe("0123456789abcde\n".repeat(100_000 / 16));
      expect(log.subarray(100_000).toString()).toBe(droppedNotice(100_000).toString());
    });

    it("keeps the tail of a log that has no end", async () => {
      const chatty = request("seq 1 200000", { logLimit: { maxBytes: 100_000, keep: "tail" } });
      await launcher.start(chatty);
      await launcher.ended(chatty, never);
      const older = await readFile(`${chatty.logFile}.old`, "utf8");
      expect(older.length).toBeLessThanOrEqual(50_000);
      expect(older.endsWith("199999\n200000\n")).toBe(true);
    });

    it("runs a command whose log cannot be written", async () => {
      const full = request("echo lost; exit 4");
      await symlink("/dev/full", full.logFile);
      await launcher.start(full);
      expect(await launcher.ended(full, never)).toEqual({ state: "exited", exitCode: 4 });
    });
  });

  it("refuses a command that is too long, and says so", async () => {
    const long = request(`: ${"x".repeat(200_000)}`);
    await launcher.start(long);
    expect(await launcher.ended(long, never)).toEqual({ state: "exited", exitCode: 125 });
    expect(await readFile(long.logFile, "utf8")).toContain("longer than this machine allows");
  });

  it("does not change variables of the command's environment", async () => {
    const names = { t: "1", w: "2", c: "3", d: "4", r: "5", _x: "6" };
    const plain = request("env", { environment: { PATH: "/usr/bin:/bin", ...names } });
    await launcher.start(plain);
    await launcher.ended(plain, never);
    const seen = (await readFile(plain.logFile, "utf8")).trim().split("\n").toSorted();
    const expected = [...Object.entries(names).map(([name, value]) => `${name}=${value}`), "PATH=/usr/bin:/bin", `PWD=${scratch}`, plain.marker];
    expect(seen.filter((line) => !/^(_|SHLVL|OLDPWD)=/.test(line))).toEqual(expected.toSorted());
  });

  it("does not hand its channel to the portal on to the command", async () => {
    const plain = request("ls -l /proc/self/fd");
    await launcher.start(plain);
    await launcher.ended(plain, never);
    const listing = await readFile(plain.logFile, "utf8");
    expect(listing).toContain("/dev/null");
    expect(listing).not.toContain("socket:");
  });

  /** Its wrapper's parent. */
  async function killLauncherOf(started: ProcessRequest): Promise<void> {
    const record = await readStateFile(started.stateFile);
    const stat = await readFile(`/proc/${record.kind === "running" ? record.identity.pid : 0}/stat`, "utf8");
    process.kill(Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]), "SIGKILL");
  }

  /** Asks again until there is an answer; the test's own time limit ends it otherwise. */
  async function until<Answer>(ask: () => Answer | null): Promise<Answer> {
    for (;;) {
      const answer = ask();
      if (answer !== null) return answer;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});

function isExit(event: unknown): boolean {
  return typeof event === "object" && event !== null && "type" in event && event.type === "exited";
}

function lives(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return !/\) [ZX] /.test(stat);
}
