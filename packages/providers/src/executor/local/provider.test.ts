import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { executorContract } from "@trellis/core/pipelines/executor.contract.ts";
import { expect, it } from "vitest";
import { createLauncher, type Launcher } from "../../local-processes/launcher.ts";
import { droppedNotice } from "../../local-processes/log-file.ts";
import { createLocalExecutor } from "./provider.ts";

executorContract("local", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "local-executor-"));
  const launchers: Launcher[] = [];
  function open(): ReturnType<typeof createLocalExecutor> {
    const launcher = createLauncher();
    launchers.push(launcher);
    return createLocalExecutor({ folderOf: (attemptId) => path.join(folder, attemptId), launcher });
  }
  return {
    executor: open(),
    reopen: async () => open(),
    close: async () => {
      for (const launcher of launchers) launcher.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});

it("starts nothing on a full disk, and says so", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "local-executor-full-"));
  const launcher = createLauncher({ minFreeBytes: Number.MAX_SAFE_INTEGER });
  const executor = createLocalExecutor({ folderOf: (attemptId) => path.join(folder, attemptId), launcher });
  const submitted = executor.submit({ attemptId: "1", command: "true", workFolder: folder, environment: {} });
  await expect(submitted).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining("disk that holds the data folder is full") });
  expect(await executor.poll("1", null)).toEqual({ state: "never_started" });
  launcher.close();
  await rm(folder, { recursive: true });
});

it("shows the head of a log that was cut, then the notice, then the end", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "local-executor-flood-"));
  const launcher = createLauncher();
  const executor = createLocalExecutor({ folderOf: (attemptId) => path.join(folder, attemptId), launcher, logLimitBytes: 50_000 });
  const handle = await executor.submit({ attemptId: "1", command: "seq 1 3000000", workFolder: folder, environment: { PATH: "/usr/bin:/bin" } });
  let log = "";
  for (let end = false; !end;) {
    const chunk = await executor.readLogs("1", log.length, { limit: 7_000, follow: true });
    log += chunk.content.toString();
    ({ end } = chunk);
  }
  expect(await executor.wait("1", handle, new AbortController().signal)).toEqual({ state: "exited", exitCode: 0 });
  const all = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join("");
  expect(log).toBe(all.slice(0, 50_000) + droppedNotice(50_000).toString());
  launcher.close();
  await rm(folder, { recursive: true });
});
