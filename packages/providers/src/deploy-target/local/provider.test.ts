import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { deployTargetContract } from "@trellis/core/serving/deploy-target.contract.ts";
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
