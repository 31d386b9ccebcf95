import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { deployTargetContract } from "@trellis/core/serving/deploy-target.contract.ts";
import type { Workload } from "@trellis/core/serving/ports.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLauncher, type Launcher } from "../../local-processes/launcher.ts";
import { createLocalDeployTarget, type LocalDeployTarget } from "./provider.ts";

deployTargetContract("local", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "local-deploy-target-"));
  const opened: { launcher: Launcher; target: LocalDeployTarget }[] = [];
  function open(): LocalDeployTarget {
    const launcher = createLauncher();
    const target = createLocalDeployTarget({ folder, launcher, timings: { firstPauseMs: 5, graceMs: 5_000 } });
    opened.push({ launcher, target });
    return target;
  }
  return {
    target: open(),
    reopen: async () => {
      await opened[0]?.target.close({ stopAll: false });
      opened[0]?.launcher.close();
      return open();
    },
    close: async () => {
      for (const { target } of opened) await target.close({ stopAll: true });
      for (const { launcher } of opened) launcher.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});

describe("local deploy target", { timeout: 30_000 }, () => {
  let folder: string;
  let launcher: Launcher;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "local-deploy-target-"));
    launcher = createLauncher();
  });
  afterAll(async () => {
    launcher.close();
    await rm(folder, { recursive: true, force: true });
  });

  function open(): LocalDeployTarget {
    return createLocalDeployTarget({ folder: path.join(folder, "serving"), launcher, timings: { firstPauseMs: 5, graceMs: 300 } });
  }

  function workload(name: string, command: string): Workload {
    return { name, command, workFolder: folder, environment: { PATH: "/usr/bin:/bin" }, readinessPath: "/ready" };
  }

  it("ends what an exited process left behind before it starts the next", async () => {
    const target = open();
    const pids = path.join(folder, "left-behind");
    await target.apply(workload("forking@1", `setsid sleep 300 & echo $! >> ${pids}; [ $(wc -l < ${pids}) -lt 3 ] || exec sleep 301`));
    const started = await until(() => {
      const lines = existsSync(pids) ? readFileSync(pids, "utf8").trim().split("\n") : [];
      return lines.length === 3 ? lines.map(Number) : null;
    });
    expect(started.map(lives)).toEqual([false, false, true]);
    await target.remove("forking@1");
    expect(started.map(lives)).toEqual([false, false, false]);
  });

  it("does not take back, after a crash, a workload whose removal had begun", async () => {
    const target = open();
    const spec = path.join(folder, "serving", "stubborn@1", "spec.json");
    const up = path.join(folder, "up");
    await target.apply(workload("stubborn@1", `trap '' TERM; touch ${up}; while :; do sleep 0.05; done`));
    await until(() => existsSync(up) || null);
    const removed = target.remove("stubborn@1");
    await until(() => readFileSync(spec, "utf8").includes('"removing"') || null);
    const next = open();
    expect(await next.observe()).toEqual([]);
    await removed;
    await next.remove("stubborn@1");
    expect(existsSync(path.dirname(spec))).toBe(false);
  });

  it("keeps the log of what was stopped with the portal, and does not count it as there", async () => {
    const target = open();
    const up = path.join(folder, "logged");
    await target.apply(workload("logged@1", `echo hello; touch ${up}; exec sleep 300`));
    await until(() => existsSync(up) || null);
    await target.close({ stopAll: true });
    const next = open();
    expect(await next.observe()).toEqual([]);
    expect(await next.readLogs("logged@1", 100)).toMatch(/^hello\n/);
    await next.remove("logged@1");
    expect(await next.readLogs("logged@1", 100)).toBe("");
  });
});

/** Asks again until there is an answer; the test's own time limit ends it otherwise. */
async function until<Answer>(ask: () => Answer | null): Promise<Answer> {
  for (;;) {
    const answer = ask();
    if (answer !== null) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function lives(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
