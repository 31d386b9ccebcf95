import path from "node:path";
import { SourceHostCapability } from "@trellis/core/catalog/ports.ts";
import type { Capability } from "@trellis/core/kernel/capability.ts";
import type { Logger } from "@trellis/core/kernel/context.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { DriftDetectorCapability } from "@trellis/core/monitoring/ports.ts";
import { ExecutorCapability, PythonEnvironmentsCapability } from "@trellis/core/pipelines/ports.ts";
import { SecretBoxCapability, WebhookSenderCapability } from "@trellis/core/registry/ports.ts";
import { TemplateCatalogCapability, TemplateEngineCapability } from "@trellis/core/scaffolder/ports.ts";
import { DeployTargetCapability, ServingFoldersCapability, ServingRuntimeCapability } from "@trellis/core/serving/ports.ts";
import { ArtifactStoreCapability, TableReaderCapability } from "@trellis/core/tracking/ports.ts";
import { createFileArtifactStore } from "@trellis/providers/artifact-store/files/provider.ts";
import { createLocalDeployTarget } from "@trellis/providers/deploy-target/local/provider.ts";
import { duckdbDriftDetector } from "@trellis/providers/drift-detector/duckdb/provider.ts";
import { createLocalExecutor } from "@trellis/providers/executor/local/provider.ts";
import { createRayExecutor } from "@trellis/providers/executor/ray/provider.ts";
import { createLauncher } from "@trellis/providers/local-processes/launcher.ts";
import { createUvEnvironments } from "@trellis/providers/python-environments/uv/provider.ts";
import { createAesSecretBox } from "@trellis/providers/secret-box/aes-gcm/provider.ts";
import { createPythonServingRuntime } from "@trellis/providers/serving-runtime/python/provider.ts";
import { createGitSourceHost } from "@trellis/providers/source-host/git/provider.ts";
import { duckdbTableReader } from "@trellis/providers/table-reader/duckdb/provider.ts";
import { folderTemplateCatalog } from "@trellis/providers/template-catalog/folder/provider.ts";
import { createMinijinjaEngine } from "@trellis/providers/template-engine/minijinja/provider.ts";
import { createHttpsWebhookSender } from "@trellis/providers/webhook-sender/https/provider.ts";
import type { Environment } from "./environment.ts";
import { CLIENT_FOLDER, TEMPLATES_FOLDER } from "./package-folders.ts";

/** Which technology answers a capability, in words for the platform page. */
export type ProviderInfo = { capability: string; technology: string; location: string };

export type Providers = {
  resolve<Port>(capability: Capability<Port>): Port;
  bind<Port>(capability: Capability<Port>, provider: Port): void;
  list(): ProviderInfo[];
  close(): Promise<void>;
};

/** Opens the provider of every capability: embedded, on the data folder, but for what the settings place elsewhere. */
export async function createProviders({ dataFolder, variables, s3, ray, secretKey, webhooks }: Environment, log: Logger): Promise<Providers> {
  const within = (...parts: string[]): string => path.join(dataFolder, ...parts);
  const onProblem = (message: string): void => log.warn({}, message);
  const launcher = createLauncher({ onProblem });
  const deployTarget = createLocalDeployTarget({ folder: within("serving"), launcher, onProblem });
  const servingRuntime = createPythonServingRuntime({ clientFolder: CLIENT_FOLDER, homeFolder: within("home") });
  const templateEngine = createMinijinjaEngine();

  const bound = new Map<string, { provider: unknown; info: ProviderInfo }>();
  const bind = <Port>(capability: Capability<Port>, provider: Port, technology = "Trellis", location = "embedded"): void => {
    bound.set(capability.name, { provider, info: { capability: capability.name, technology, location } });
  };
  bind(SourceHostCapability, await createGitSourceHost({ root: within("repositories") }), "git", within("repositories"));
  let closeStore = (): void => {};
  if (s3) {
    // The client of S3 is large; a portal that keeps its files in a folder never loads it.
    const { createS3ArtifactStore } = await import("@trellis/providers/artifact-store/s3/provider.ts");
    const store = createS3ArtifactStore(s3);
    closeStore = () => store.close();
    bind(ArtifactStoreCapability, store, "S3", `${s3.endpoint ?? s3.region} ${s3.bucket}/${s3.prefix}`);
  } else {
    bind(ArtifactStoreCapability, await createFileArtifactStore({ root: within("artifacts") }), "files", within("artifacts"));
  }
  const folderOf = (attemptId: string): string => within("executions", attemptId);
  if (ray) bind(ExecutorCapability, createRayExecutor({ ...ray, folderOf }), "Ray", ray.address);
  else bind(ExecutorCapability, createLocalExecutor({ folderOf, launcher }), "local processes", "this machine");
  bind(PythonEnvironmentsCapability, createUvEnvironments({ dataFolder, portalEnvironment: variables }), "uv", within("environments"));
  bind(DeployTargetCapability, deployTarget, "local processes", "this machine");
  bind(ServingRuntimeCapability, servingRuntime, "Python", "this machine");
  bind(ServingFoldersCapability, { inference: within("inference"), workloads: within("serving") }, "folders", dataFolder);
  bind(DriftDetectorCapability, duckdbDriftDetector(), "DuckDB", "in process");
  bind(TableReaderCapability, duckdbTableReader(), "DuckDB", "in process");
  bind(SecretBoxCapability, await createAesSecretBox({ keyFile: within("secret-key"), key: secretKey }), "AES-256-GCM", "in process");
  bind(WebhookSenderCapability, createHttpsWebhookSender({ allowAny: webhooks === "any" }), "HTTPS", webhooks === "any" ? "any address" : "public addresses");
  bind(TemplateEngineCapability, templateEngine, "MiniJinja", "child process");
  bind(TemplateCatalogCapability, folderTemplateCatalog({ folder: TEMPLATES_FOLDER }), "folder", "packaged with Trellis");

  return {
    resolve<Port>(capability: Capability<Port>): Port {
      const entry = bound.get(capability.name);
      if (!entry) throw new CoreError("UNAVAILABLE", `No provider is set up for ${capability.name}.`);
      return entry.provider as Port;
    },
    bind,
    list: () => [...bound.values()].map((entry) => entry.info),
    async close() {
      await deployTarget.close({ stopAll: true });
      servingRuntime.close();
      await templateEngine.close();
      launcher.close();
      closeStore();
    },
  };
}
