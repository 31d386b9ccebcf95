import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { executorContract } from "@trellis/core/pipelines/executor.contract.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRayExecutor } from "./provider.ts";
import { type RayCluster, startRayCluster } from "./testing/ray-cluster.ts";

let cluster: RayCluster;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ray-executor-"));
  cluster = await startRayCluster(4);
});
afterAll(async () => {
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

const open = (address = cluster.address) => createRayExecutor({ address, folderOf: (attemptId) => path.join(folder, "executions", attemptId) });

executorContract("ray", async () => ({ executor: open(), reopen: async () => open(), close: async () => {} }));

describe("a Ray cluster", () => {
  const signal = new AbortController().signal;
  const environment = { PATH: "/usr/local/bin:/usr/bin:/bin" };

  it("spreads commands over its nodes", async () => {
    await cluster.addNode(4);
    const executor = open();
    const work = path.join(folder, "spread");
    await mkdir(work);
    // Eight commands of one CPU each that all wait for one another: four would never be enough.
    const ids = Array.from({ length: 8 }, (_, index) => `spread-${index}`);
    const command = `touch "$NAME"; until [ "$(ls | wc -l)" -ge 8 ]; do sleep 0.1; done`;
    const states = await Promise.all(
      ids.map(async (attemptId) => {
        const handle = await executor.submit({ attemptId, command, workFolder: work, environment: { ...environment, NAME: attemptId } });
        return executor.wait(attemptId, handle, signal);
      }),
    );
    expect(states).toEqual(ids.map(() => ({ state: "exited", exitCode: 0 })));
  });

  it("that is not there makes a submit fail with its address, and proves nothing of a command", async () => {
    const executor = open("http://127.0.0.1:9");
    const request = { attemptId: "nowhere", command: "true", workFolder: folder, environment };
    await expect(executor.submit(request)).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining("http://127.0.0.1:9") });
    expect(await executor.poll("nowhere", null)).toEqual({ state: "running" });
  });

  it("that dies and comes back keeps what had ended, and loses what ran, with the reason", async () => {
    const executor = open();
    const work = path.join(folder, "crash");
    await mkdir(work);
    const done = await executor.submit({ attemptId: "done", command: "exit 4", workFolder: work, environment });
    await executor.wait("done", done, signal);
    const running = await executor.submit({ attemptId: "running", command: "echo before; touch begun; sleep 600", workFolder: work, environment });
    while (!(await stat(path.join(work, "begun")).catch(() => null))) await new Promise((resolve) => setTimeout(resolve, 50));
    await cluster.crash();
    expect(await executor.poll("running", running)).toEqual({ state: "running" });
    const waiting = executor.wait("running", running, signal);
    await cluster.restart();
    expect(await waiting).toEqual({ state: "lost", reason: expect.stringContaining("head node was restarted") });
    expect(await open().poll("done", null)).toEqual({ state: "exited", exitCode: 4 });
    expect((await executor.readLogs("running", 0, { limit: 100, follow: true })).content.toString()).toBe("before\n");
    const again = await executor.submit({ attemptId: "again", command: "exit 6", workFolder: work, environment });
    expect(await executor.wait("again", again, signal)).toEqual({ state: "exited", exitCode: 6 });
  });
});
