import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { executorContract } from "@trellis/core/pipelines/executor.contract.ts";
import { createLauncher, type Launcher } from "../../local-processes/launcher.ts";
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
