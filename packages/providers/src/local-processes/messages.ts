import type { LogLimit } from "./log-file.ts";

/** Where a process of ours is found again, by anyone, at any time. */
export type ProcessReference = {
  /** See `state-file.ts`. One file stands for one execution, ever; to delete its folder is to fence it. */
  stateFile: string;
  /** Receives stdout and stderr. */
  logFile: string;
  logLimit: LogLimit;
  /** `NAME=value`, unique to this execution; put into the environment so that escaped children are found. */
  marker: string;
};

/** A process to start. */
export type ProcessRequest = ProcessReference & {
  /** A POSIX shell command line. */
  command: string;
  workFolder: string;
  /** The whole environment; only the marker is added. */
  environment: Record<string, string>;
};

/** What the portal asks of the launcher. */
export type LauncherCommand =
  | { type: "start"; request: ProcessRequest }
  | { type: "stop"; reference: ProcessReference; graceMs: number; ticket: number }
  /** Keep the log of a process that an earlier launcher started within its limit. */
  | { type: "guard"; reference: ProcessReference }
  | { type: "unguard"; stateFile: string };

/** What the launcher tells the portal. */
export type LauncherEvent =
  | { type: "started"; stateFile: string }
  | { type: "exited"; stateFile: string }
  | { type: "stopped"; ticket: number; error: string | null };
