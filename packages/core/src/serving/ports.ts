import { defineCapability } from "../kernel/capability.ts";

/** A long-running process that should exist. Its name carries the version, so two versions can run side by side. */
export type Workload = {
  /** `<deployment>@<version>`, e.g. `flight-delays-production@3`. */
  name: string;
  /**
   * A POSIX shell command line. The target sets `TRELLIS_ADDRESS_FILE`: the process writes its base URL to that file once it
   * listens.
   */
  command: string;
  workFolder: string;
  environment: Record<string, string>;
  /** HTTP path that answers 200 when the process can serve. */
  readinessPath: string;
};

export type ObservedWorkload = {
  name: string;
  state: "starting" | "ready" | "exited";
  /** Base URL, e.g. `http://127.0.0.1:43211`; set when ready. */
  address: string | null;
  restarts: number;
  /** Why it is not ready, in words, with the last lines of its log when it exited. */
  message: string | null;
};

/** Where workloads run. The embedded one starts processes on this machine; they outlive a crash of the portal. */
export type DeployTarget = {
  /** Starts the workload unless it runs already; also restarts one that exited. */
  apply(workload: Workload): Promise<void>;
  observe(): Promise<ObservedWorkload[]>;
  /** Stops it and forgets it; nothing when it is not there. */
  remove(name: string): Promise<void>;
  /** Calls back on each change of a workload's state, until `signal` aborts. */
  watch(onChange: (workload: ObservedWorkload) => void, signal: AbortSignal): void;
  /** Last part of the workload's log, for people. */
  readLogs(name: string, maxBytes: number): Promise<string>;
};

export const DeployTargetCapability = defineCapability<DeployTarget>("deploy-target");

/** One row of features, by name. */
export type FeatureRow = Record<string, string | number | boolean | null>;

/** Turns a model version into a workload and speaks with the process that results. */
export type ServingRuntime = {
  renderWorkload(input: {
    deployment: string;
    version: number;
    /** Folder with the model's files. */
    modelFolder: string;
    /** Folder with the code at the version's commit. */
    sourceFolder: string;
    /** Folder of the version's Python environment. */
    environmentFolder: string;
  }): Workload;
  /** Predicts; one result a row. Rejects with UNAVAILABLE when the process is gone, INVALID when the model refuses the rows. */
  infer(address: string, rows: FeatureRow[], signal: AbortSignal): Promise<Record<string, unknown>[]>;
};

export const ServingRuntimeCapability = defineCapability<ServingRuntime>("serving-runtime");

/** Folders of this machine that serving works in; absolute. */
export type ServingFolders = {
  /** Logged predictions: `<inference>/<deployment>/<segment>.jsonl`. */
  inference: string;
  /** What workloads run from: `<workloads>/<workload>/{model,source}`. */
  workloads: string;
};

export const ServingFoldersCapability = defineCapability<ServingFolders>("serving-folders");
