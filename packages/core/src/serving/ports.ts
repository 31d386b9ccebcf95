import { defineCapability } from "../kernel/capability.ts";
import type { FeatureRow } from "./domain/feature-row.ts";
import type { ObservedWorkload, Workload } from "./domain/workload.ts";

export type { FeatureRow, ObservedWorkload, Workload };

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
