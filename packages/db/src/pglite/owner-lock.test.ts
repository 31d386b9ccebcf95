import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lightBeacon } from "./owner-beacon.ts";
import { acquireOwnerLock } from "./owner-lock.ts";
import { describeSelf, isForeign, isRunning } from "./process-identity.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "owner-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const lockFile = () => path.join(folder, "owner.lock");

/** A process that takes the lock, says so, and holds it until killed (or until its input ends, should this one die). */
async function startHolder() {
  const program = `import { acquireOwnerLock } from ${JSON.stringify(path.join(import.meta.dirname, "owner-lock.ts"))};
    const says = await acquireOwnerLock(${JSON.stringify(folder)}).then(() => "held", (error) => error.code);
    console.log(says); process.stdin.on("end", () => process.exit()).resume();`;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["pipe", "pipe", "inherit"] });
  const [answer] = await once(holder.stdout, "data");
  return { says: String(answer).trim(), pid: holder.pid, kill: async () => (holder.kill("SIGKILL"), once(holder, "exit")) };
}

describe("acquireOwnerLock", () => {
  it("refuses a second owner in the same process and lets it in after release", async () => {
    const first = await acquireOwnerLock(folder);
    await expect(acquireOwnerLock(folder)).rejects.toMatchObject({ code: "CONFLICT", isCoreError: true });
    first.release();
    (await acquireOwnerLock(folder)).release();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it("names the process and the folder in its refusal", async () => {
    const holder = await startHolder();
    await expect(acquireOwnerLock(folder)).rejects.toThrow(`The data folder ${folder} is in use by process ${holder.pid}.`);
    await holder.kill();
  });

  it("takes over from an owner that was killed, and from no other", async () => {
    const holder = await startHolder();
    expect(holder.says).toBe("held");
    await holder.kill();
    const lock = await acquireOwnerLock(folder);
    const late = await startHolder();
    expect(late.says).toBe("CONFLICT");
    await late.kill();
    lock.release();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it("lets exactly one of many take over from a dead owner", async () => {
    await (await startHolder()).kill();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => acquireOwnerLock(folder)));
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  });

  it("lets exactly one process of several take over from a dead owner", async () => {
    await (await startHolder()).kill();
    const holders = await Promise.all(Array.from({ length: 4 }, startHolder));
    expect(holders.map((holder) => holder.says).toSorted()).toEqual(["CONFLICT", "CONFLICT", "CONFLICT", "held"]);
    await Promise.all(holders.map((holder) => holder.kill()));
  });

  it("is not fooled by a pid that another process has by now", async () => {
    fs.writeFileSync(lockFile(), JSON.stringify({ ...describeSelf(), startTime: "1", token: "old" }));
    (await acquireOwnerLock(folder)).release();
  });

  it("takes over after the machine was started again", async () => {
    fs.writeFileSync(lockFile(), JSON.stringify({ ...describeSelf(), bootId: "earlier", token: "old" }));
    (await acquireOwnerLock(folder)).release();
  });

  it("asks the beacon of an owner in another container", async () => {
    const beacon = await lightBeacon(folder, "there");
    fs.writeFileSync(lockFile(), JSON.stringify({ ...describeSelf(), pidNamespace: "pid:[1]", token: "there", beacon: beacon.name }));
    await expect(acquireOwnerLock(folder)).rejects.toMatchObject({ code: "CONFLICT" });
    beacon.close();
  });

  it("takes over from a dead owner in another container", async () => {
    const holder = await startHolder();
    const record = JSON.parse(fs.readFileSync(lockFile(), "utf8"));
    await holder.kill();
    fs.writeFileSync(lockFile(), JSON.stringify({ ...record, pid: process.pid, pidNamespace: "pid:[1]" }));
    (await acquireOwnerLock(folder)).release();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it("does not guess about an owner in another container without a beacon", async () => {
    fs.writeFileSync(lockFile(), JSON.stringify({ ...describeSelf(), pidNamespace: "pid:[1]", token: "there" }));
    await expect(acquireOwnerLock(folder)).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("leaves a damaged lock to a person", async () => {
    fs.writeFileSync(lockFile(), "{");
    await expect(acquireOwnerLock(folder)).rejects.toThrow("is damaged");
  });
});

describe("process identity", () => {
  it("knows this process and a finished one", () => {
    expect(isRunning(describeSelf())).toBe(true);
    expect(isForeign(describeSelf())).toBe(false);
    const { pid } = spawnSync(process.execPath, ["--version"]);
    expect(isRunning({ ...describeSelf(), pid })).toBe(false);
  });

  it("counts a process that is over but not yet collected by its parent as gone", async () => {
    // The shell starts a process, says its pid, and becomes one that never collects it.
    const parent = spawn("/bin/sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]);
    const [pid] = await once(parent.stdout, "data");
    const stat = () => fs.readFileSync(`/proc/${Number(pid)}/stat`, "utf8");
    while (!stat().includes(") Z ")) await new Promise(setImmediate);
    const startTime = stat().split(" ")[21] ?? "";
    expect(isRunning({ ...describeSelf(), pid: Number(pid), startTime })).toBe(false);
    parent.kill("SIGKILL");
    await once(parent, "exit");
  });
});
