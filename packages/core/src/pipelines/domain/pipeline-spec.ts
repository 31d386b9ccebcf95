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
  /** Names of the parameters that it is given; null = all of the pipeline. */
  parameters: string[] | null;
  /** Variables that the command gets beside those of the step contract. */
  environment: Record<string, string>;
  /** Seconds from its start until it is stopped; null = no limit. */
  timeoutSeconds: number | null;
  retries: RetrySpec;
  /** The results of an earlier step with equal content may be used in its place. */
  cache: boolean;
  /** Looked at when the steps that it needs have ended; when it does not hold, the step is skipped. */
  condition: Condition | null;
  /** What it takes of the machine while it runs. */
  resources: { /** Slots. */ cpu: number; memoryBytes: number };
};

export type RetrySpec = {
  /** Attempts after the first. */
  limit: number;
  /** Wait before the second attempt; each later one is `factor` times as long, up to `maxBackoffSeconds`. */
  backoffSeconds: number;
  factor: number;
  maxBackoffSeconds: number;
  /** What is tried again: exit codes, `timeout`, `infrastructure`; null = every failure. */
  on: RetryCause[] | null;
};

export const RETRY_WORDS = ["timeout", "infrastructure"] as const;
export type RetryCause = number | (typeof RETRY_WORDS)[number];

export const COMPARISONS = ["equals", "not_equals", "above", "at_least", "below", "at_most"] as const;
export type Comparison = { operator: (typeof COMPARISONS)[number]; value: ParameterValue };

/** When a step runs. A metric is the last value that the run has; a field is looked up in a JSON file that a needed step left. */
export type Condition =
  | { kind: "all" | "any"; of: Condition[] }
  | { kind: "not"; of: Condition }
  | ({ kind: "metric" | "parameter"; name: string } & Comparison)
  | ({ kind: "output"; path: string; /** Names from the top, joined by dots. */ field: string } & Comparison);

/** Values for the run that a trigger starts; one that begins with `$` may stand for something of the firing. */
type Fires = { parameters: Record<string, ParameterValue> };

export type DriftTrigger = { kind: "drift"; monitor: string } & Fires;
export const CATCH_UP = ["skip", "last", "all"] as const;
export type ScheduleTrigger = { kind: "schedule"; /** Five fields. */ cron: string; timezone: string; catchUp: (typeof CATCH_UP)[number] } & Fires;
export type PushTrigger = { kind: "push"; branch: string } & Fires;
export type DataTrigger = { kind: "data"; dataset: string } & Fires;
export const FOLLOWED_ENDS = ["succeeded", "failed", "ended"] as const;
export type PipelineTrigger = { kind: "pipeline"; pipeline: string; on: (typeof FOLLOWED_ENDS)[number] } & Fires;
export type WebhookTrigger = { kind: "webhook"; name: string } & Fires;

export type TriggerSpec = DriftTrigger | ScheduleTrigger | PushTrigger | DataTrigger | PipelineTrigger | WebhookTrigger;

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
  /** Runs at the same time; null = as many as there are slots. */
  concurrency: number | null;
  /** Of two that wait, the greater goes first. */
  priority: number;
};

export type MonitorSpec = { environment: string; windowSeconds: number; minRows: number; alertAfter: number; ofLast: number };

/** `trellis.yaml`, parsed and checked. */
export type ProjectSpec = {
  version: 1;
  project: string;
  pipelines: Record<string, PipelineSpec>;
  monitors: Record<string, MonitorSpec>;
};

export const RETRY_DEFAULTS: RetrySpec = { limit: 0, backoffSeconds: 10, factor: 2, maxBackoffSeconds: 3_600, on: null };

/** What a step has that says nothing of it; also of a version stored before the file knew of it. */
export const STEP_DEFAULTS = {
  parameters: null,
  environment: {},
  cache: false,
  condition: null,
  resources: { cpu: 1, memoryBytes: 0 },
} satisfies Partial<StepSpec>;

/** Key of the step that Trellis puts before all others: it makes the Python environment of the lock file. */
export const ENVIRONMENT_STEP = "environment";

/** The steps of a run: the one that makes the environment first; every step that needs nothing else needs it. */
export function runSteps(spec: PipelineSpec): StepSpec[] {
  const environment: StepSpec = {
    ...STEP_DEFAULTS,
    key: ENVIRONMENT_STEP,
    stage: "setup",
    run: "",
    needs: [],
    inputs: [],
    outputs: [],
    timeoutSeconds: 3_600,
    retries: { ...RETRY_DEFAULTS, limit: 1, backoffSeconds: 5 },
  };
  return [environment, ...spec.steps.map((step) => (step.needs.length === 0 ? { ...step, needs: [ENVIRONMENT_STEP] } : step))];
}
