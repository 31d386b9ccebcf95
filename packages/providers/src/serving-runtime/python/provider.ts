import path from "node:path";
import type { FeatureRow, ServingRuntime, Workload } from "@trellis/core/serving/ports.ts";
import { quoteForShell } from "../../local-processes/quote-for-shell.ts";
import { createWorkerClient } from "./worker-client.ts";

/**
 * Serves Python models: `trellis.serve` of the Python client runs in the environment of the model's lock file, with the
 * code of its commit, and answers on a port of this machine.
 *
 * @param options.clientFolder `src` folder of the Python client, absolute.
 * @param options.homeFolder HOME of the process. Libraries keep caches there.
 * @param options.predictTimeoutMs Longest wait for one answer. Default 30 s.
 */
export function createPythonServingRuntime(options: { clientFolder: string; homeFolder: string; predictTimeoutMs?: number }): ServingRuntime & {
  /** Closes the kept connections. */
  close(): void;
} {
  const client = createWorkerClient({ timeoutMs: options.predictTimeoutMs ?? 30_000 });

  return {
    renderWorkload({ deployment, version, modelFolder, sourceFolder, environmentFolder }): Workload {
      const python = path.join(environmentFolder, "bin", "python");
      return {
        name: `${deployment}@${version}`,
        command: `exec ${quoteForShell(python)} -m trellis.serve --model ${quoteForShell(modelFolder)} --port 0 --address-file "$TRELLIS_ADDRESS_FILE"`,
        workFolder: sourceFolder,
        environment: {
          PATH: [path.join(environmentFolder, "bin"), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
          PYTHONPATH: [path.join(sourceFolder, "src"), sourceFolder, options.clientFolder].join(":"),
          PYTHONUNBUFFERED: "1",
          PYTHONHASHSEED: "0",
          HOME: options.homeFolder,
          LANG: "C.UTF-8",
          TZ: "UTC",
          TRELLIS_DEPLOYMENT: deployment,
          TRELLIS_MODEL_VERSION: String(version),
        },
        readinessPath: "/ready",
      };
    },

    infer: (address: string, rows: FeatureRow[], signal: AbortSignal) => client.predict(address, rows, signal),

    close: () => client.close(),
  };
}
