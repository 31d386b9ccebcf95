import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { bootId, readProcessStat } from "./process-identity.ts";
import { findMembers, stopTree } from "./process-tree.ts";

it("asks a command to end that began only after its wrapper had been asked", { timeout: 20_000 }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "process-tree-"));
  const marker = `TRELLIS_TEST=${randomUUID()}`;
  // Stands for a wrapper that SIGTERM reaches just before it starts its command.
  const wrapper = spawn("/bin/sh", ["-c", "trap asked=yes TERM; echo up; until [ $asked ]; do sleep 0.01; done; sleep 300; exit 0"], {
    env: { PATH: "/usr/bin:/bin", [marker.split("=")[0] ?? ""]: marker.split("=")[1] },
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = new Promise((resolve) => wrapper.once("exit", resolve));
  await new Promise((resolve) => wrapper.stdout.once("data", resolve));
  const tree = { stateFile: path.join(folder, "process"), marker };
  await writeFile(tree.stateFile, `running  ${wrapper.pid} ${bootId()} ${readProcessStat(wrapper.pid ?? 0)?.startTime}\n`);
  expect(findMembers(tree)).toMatchObject({ wrapper: wrapper.pid, group: wrapper.pid });
  await stopTree(tree, 600_000);
  expect(await exited).toBe(0);
  await rm(folder, { recursive: true });
});

it("finds nothing where there is nothing", () => {
  expect(findMembers({ stateFile: "/nowhere/process", marker: `TRELLIS_TEST=${randomUUID()}` })).toEqual({
    members: [],
    wrapper: null,
    command: null,
    group: null,
  });
});
