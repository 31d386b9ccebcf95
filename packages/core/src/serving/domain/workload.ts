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
