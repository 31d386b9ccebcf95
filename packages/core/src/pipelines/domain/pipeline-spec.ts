/** The words a step's stage can have in `trellis.yaml`; they name the columns of ML work on every timeline. */
export const FILE_STAGES = ["data", "train", "test", "package", "deploy", "monitor"] as const;

/** A stage, with `setup` for the step that Trellis adds itself. */
export type Stage = "setup" | (typeof FILE_STAGES)[number];

export const PARAMETER_TYPES = ["string", "integer", "number", "boolean"] as const;

export type ParameterValue = string | number | boolean;

export type ParameterSpec = {
  type: (typeof PARAMETER_TYPES)[number];
  description: string;
  /** null: a run must give it. */
  default: ParameterValue | null;
  /** Least and greatest value of a number. */
  min: number | null;
  max: number | null;
  choices: ParameterValue[] | null;
};

export type StepSpec = {
  key: string;
  stage: Stage;
  /** Shell command line. */
  run: string;
  needs: string[];
  /** Files or folders of the repository that it reads; their digest is the data version of the run. */
  inputs: string[];
  /** Files or folders that it leaves for later steps, at the same path. */
  outputs: string[];
  /** Seconds from its start until it is stopped; null = no limit. */
  timeoutSeconds: number | null;
  retries: { /** Attempts after the first. */ limit: number; backoffSeconds: number };
};

export type TriggerSpec = {
  kind: "drift";
  monitor: string;
  /** Values for the run; `$window_end` stands for the day on which the alert's window ends. */
  parameters: Record<string, ParameterValue>;
};

export type PipelineSpec = {
  name: string;
  description: string;
  parameters: Record<string, ParameterSpec>;
  /** In the order of the file. */
  steps: StepSpec[];
  /** What becomes a model version when a run succeeds: the folder `path` that step `from` left. */
  register: { model: string; from: string; path: string } | null;
  /** Where the version of an automatic run is asked to be deployed. */
  deploy: { environment: string } | null;
  triggers: TriggerSpec[];
};

export type MonitorSpec = { environment: string; windowSeconds: number; minRows: number; alertAfter: number; ofLast: number };

/** `trellis.yaml`, parsed and checked. */
export type ProjectSpec = {
  version: 1;
  project: string;
  pipelines: Record<string, PipelineSpec>;
  monitors: Record<string, MonitorSpec>;
};

/** Key of the step that Trellis puts before all others: it makes the Python environment of the lock file. */
export const ENVIRONMENT_STEP = "environment";

/** The steps of a run: the one that makes the environment first; every step that needs nothing else needs it. */
export function runSteps(spec: PipelineSpec): StepSpec[] {
  const environment: StepSpec = {
    key: ENVIRONMENT_STEP,
    stage: "setup",
    run: "",
    needs: [],
    inputs: [],
    outputs: [],
    timeoutSeconds: 3_600,
    retries: { limit: 1, backoffSeconds: 5 },
  };
  return [environment, ...spec.steps.map((step) => (step.needs.length === 0 ? { ...step, needs: [ENVIRONMENT_STEP] } : step))];
}
