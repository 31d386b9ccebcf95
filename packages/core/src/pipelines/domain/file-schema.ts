import { z } from "zod";
import { filePathFault } from "../../kernel/file-path.ts";
import { isSlug } from "../../kernel/slug.ts";
import { DURATION_PATTERN } from "./duration.ts";
import { CATCH_UP, COMPARISONS, FILE_STAGES, FOLLOWED_ENDS, PARAMETER_TYPES, RETRY_WORDS } from "./pipeline-spec.ts";
import { SIZE_PATTERN } from "./size.ts";

/** Names of pipelines, steps, parameters and monitors; a parameter is a Python keyword argument, so no hyphens there. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
const PARAMETER_NAME = /^[a-z][a-z0-9_]{0,62}$/;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

const name = z.string().regex(NAME, "use lower case letters, digits, hyphens and underscores, beginning with a letter, at most 63");
const parameterName = z.string().regex(PARAMETER_NAME, "use lower case letters, digits and underscores, beginning with a letter, at most 63");
const variableName = z.string().regex(VARIABLE_NAME, "use letters, digits and underscores, not beginning with a digit");
const slug = z.string().refine(isSlug, "use lower case letters, digits and hyphens");
const description = z.string().max(2_000).default("").describe("Shown to people.");
const duration = z.string().regex(DURATION_PATTERN, "write a duration as a whole number and s, m, h or d, e.g. 30s, 10m, 2h, 7d");
const size = z.string().regex(SIZE_PATTERN, "write an amount of memory as a number and M, G or T, e.g. 512M, 1.5G");
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const path = z
  .string()
  .transform((value) => value.replace(/\/+$/, ""))
  .superRefine((value, context) => {
    const fault = filePathFault(value);
    if (fault) context.addIssue({ code: "custom", message: `the path ${fault}; give a path inside the repository, e.g. work/model` });
  });

const parameter = z
  .strictObject({
    type: z.enum(PARAMETER_TYPES).describe("What its values are."),
    description,
    default: scalar.optional().describe("Value of a run that gives none. Without it every run must give one."),
    min: z.number().optional().describe("Least value of a number."),
    max: z.number().optional().describe("Greatest value of a number."),
    choices: z.array(scalar).min(1).max(100).optional().describe("The only values that it can have."),
  })
  .describe("A value that a run can be started with.");

const retries = z
  .strictObject({
    limit: z.int().min(0).max(10).describe("Attempts after the first."),
    backoff: duration.default("10s").describe("Wait before the second attempt."),
    factor: z.number().min(1).max(10).default(2).describe("How many times longer each later wait is."),
    max_backoff: duration.default("1h").describe("Longest wait."),
    on: z
      .array(z.union([z.enum(RETRY_WORDS), z.int().min(1).max(255)], { error: "expected timeout, infrastructure or an exit code from 1 to 255" }))
      .min(1)
      .max(20)
      .optional()
      .describe("What is tried again: exit codes, timeout, infrastructure (the platform lost it). Everything when left out."),
  })
  .describe("What happens after a failed attempt.");

const resources = z
  .strictObject({
    cpu: z.int().min(1).max(1_024).default(1).describe("Slots that it takes while it runs."),
    memory: size.optional().describe("Memory that it is counted with; steps that do not fit together wait."),
  })
  .describe("What the step takes of the machine. A step that asks for more than there is gets the machine for itself.");

type ConditionFile = z.infer<typeof conditionShape> & { all?: ConditionFile[] | undefined; any?: ConditionFile[] | undefined; not?: ConditionFile | undefined };

const conditionShape = z.strictObject({
  metric: z.string().min(1).max(250).optional().describe("Last value of this metric in the run."),
  parameter: parameterName.optional().describe("Value of this parameter of the run."),
  output: path.optional().describe("A JSON file that a needed step leaves."),
  field: z.string().min(1).max(250).optional().describe("Where in the file of output: names from the top, joined by dots."),
  equals: scalar.optional().describe("Holds when the value is this."),
  not_equals: scalar.optional().describe("Holds when the value is another."),
  above: z.number().optional().describe("Holds when the value is greater."),
  at_least: z.number().optional().describe("Holds when the value is this or greater."),
  below: z.number().optional().describe("Holds when the value is less."),
  at_most: z.number().optional().describe("Holds when the value is this or less."),
});

const condition: z.ZodType<ConditionFile> = conditionShape
  .extend({
    get all() {
      return z.array(condition).min(1).max(20).optional().describe("Holds when each of these does.");
    },
    get any() {
      return z.array(condition).min(1).max(20).optional().describe("Holds when one of these does.");
    },
    get not() {
      return condition.optional().describe("Holds when this does not.");
    },
  })
  .superRefine((value, context) => {
    const fault = conditionFault(value);
    if (fault) context.addIssue({ code: "custom", message: fault });
  })
  .meta({ id: "condition", description: "When a step runs: one thing to look at and one comparison, or all, any, not." });

function conditionFault(value: ConditionFile): string | null {
  const given = (keys: readonly (keyof ConditionFile)[]): string[] => keys.filter((key) => value[key] !== undefined);
  const groups = given(["all", "any", "not"]);
  const sources = given(["metric", "parameter", "output"]);
  const comparisons = given(COMPARISONS);
  if (groups.length + sources.length !== 1) return "name exactly one of metric, parameter, output, all, any and not";
  if (groups.length === 1) return comparisons.length + given(["field"]).length > 0 ? `${groups[0]} stands alone; compare inside it` : null;
  if ((value.output !== undefined) !== (value.field !== undefined)) return "output and field go together";
  return comparisons.length === 1 ? null : `give exactly one comparison: ${COMPARISONS.join(", ")}`;
}

const step = z
  .strictObject({
    stage: z.enum(FILE_STAGES).describe("Where the step stands in the life of a model; names its part of the timeline."),
    run: z.string().trim().min(1).max(20_000).describe("Shell command line, run in a folder with the repository at the run's commit."),
    needs: z.array(name).max(200).default([]).describe("Steps that must have succeeded; their outputs are there."),
    inputs: z.array(path).max(50).default([]).describe("Files or folders of the repository that are this step's data."),
    outputs: z.array(path).max(50).default([]).describe("Files or folders that it leaves for later steps."),
    parameters: z
      .array(parameterName)
      .max(100)
      .optional()
      .describe("Parameters that it is given. All when left out; a shorter list lets it be cached more often."),
    env: z.record(variableName, scalar.transform(String)).default({}).describe("Variables of the command."),
    timeout: duration.optional().describe("It is stopped after this time."),
    retries: retries.optional(),
    cache: z
      .boolean()
      .optional()
      .describe(
        "Whether results of an earlier step with equal content are used. When left out: yes for a data, train, test or package step that has outputs and has inputs or needs.",
      ),
    resources: resources.optional(),
    if: condition.optional().describe("The step is skipped, and what needs it as well, when this does not hold."),
  })
  .describe("One command.");

const driftTrigger = z.strictObject({
  monitor: name.describe("The monitor whose alert starts a run."),
  parameters: z.record(parameterName, scalar).default({}).describe("$window_end stands for the day on which the alert's window ends."),
});

const given = z.record(parameterName, scalar).default({});
const scheduleTrigger = z.strictObject({
  cron: z.string().trim().min(1).max(100).describe("Five fields: minute, hour, day, month, weekday; or @daily, @hourly, @weekly."),
  timezone: z.string().min(1).max(60).default("UTC").describe("Time zone of the fields, e.g. Europe/Berlin. Right across clock changes."),
  catch_up: z.enum(CATCH_UP).default("last").describe("What becomes of firings that were missed while the portal was down."),
  parameters: given.describe("$date stands for the day on which it fires, in its time zone."),
});
const pushTrigger = z.strictObject({
  branch: z
    .string()
    .regex(/^(?!.*\.\.)[\w][\w./-]{0,199}$/, "write the name of a branch")
    .default("main")
    .describe("A push to it starts a run on what was pushed, with the pipeline as main has it."),
  parameters: given.describe("Values for the run."),
});
const dataTrigger = z.strictObject({
  dataset: path.describe("A new version of this dataset starts a run."),
  parameters: given.describe("Values for the run."),
});
const pipelineTrigger = z.strictObject({
  name: name.describe("The pipeline of this project whose end starts a run."),
  on: z.enum(FOLLOWED_ENDS).default("succeeded").describe("Which ends count; ended is any but a cancelled one."),
  parameters: given.describe("Values for the run."),
});
const webhookTrigger = z.strictObject({
  name: name.describe("Name of the address; its secret is made on the project's page."),
  parameters: given.describe("Values for the run; those in the message win."),
});

const trigger = z
  .strictObject({
    drift: driftTrigger.optional().describe("A drift or quality alert."),
    schedule: scheduleTrigger.optional().describe("The clock."),
    push: pushTrigger.optional().describe("A git push."),
    data: dataTrigger.optional().describe("A new version of a dataset."),
    pipeline: pipelineTrigger.optional().describe("The end of another pipeline's run."),
    webhook: webhookTrigger.optional().describe("A signed message to an address of the portal."),
  })
  .superRefine((value, context) => {
    if (Object.values(value).filter((one) => one !== undefined).length !== 1)
      context.addIssue({ code: "custom", message: `name exactly one of ${Object.keys(trigger.shape).join(", ")}` });
  });

const register = z.strictObject({
  model: slug.describe("Name of the model."),
  from: name.describe("The step that leaves it."),
  path: path.describe("Folder with a trellis-model.json."),
});

const deploy = z.strictObject({ environment: slug.describe("Name of the environment.") });

const pipeline = z.strictObject({
  description,
  parameters: z.record(parameterName, parameter).default({}).describe("Values that a run can be started with, by name."),
  steps: z.record(name, step).describe("Commands, by name."),
  register: register.optional().describe("The folder that becomes a model version when a run succeeds."),
  deploy: deploy.optional().describe("A run that a trigger started asks to deploy its version there."),
  triggers: z.array(trigger).max(20).default([]).describe("What starts a run besides people."),
  concurrency: z.int().min(1).max(1_000).optional().describe("Runs that go on at the same time; others wait in order."),
  priority: z.int().min(-100).max(100).default(0).describe("Of two that wait for a slot, the greater goes first."),
});

const monitor = z.strictObject({
  environment: slug.describe("What is watched: the deployment in this environment."),
  window: duration.default("7d").describe("Length of the stretches of traffic that are compared."),
  min_rows: z.int().min(1).max(10_000_000).default(200).describe("A window with fewer predictions is not judged."),
  alert_after: z.int().min(1).max(50).default(2).describe("Windows that must drift before an alert."),
  of_last: z.int().min(1).max(50).default(3).describe("The last windows that count for alert_after."),
});

/** Shape of `trellis.yaml` as people write it. What spans several fields is checked in `check-spec.ts`. */
export const projectFileSchema = z.strictObject({
  version: z.literal(1).describe("Version of this format."),
  project: slug.describe("The project that the repository belongs to."),
  pipelines: z.record(name, pipeline).default({}).describe("Pipelines, by name."),
  monitors: z.record(name, monitor).default({}).describe("What is watched in production, by name."),
});

export type ProjectFile = z.output<typeof projectFileSchema>;
export type PipelineFile = ProjectFile["pipelines"][string];
export type StepFile = PipelineFile["steps"][string];
export type TriggerFile = PipelineFile["triggers"][number];
export type { ConditionFile };

/** All keys that the file knows, for suggestions when one is misspelt. */
export const KNOWN_KEYS = [
  ...[
    projectFileSchema,
    pipeline,
    parameter,
    step,
    retries,
    resources,
    conditionShape,
    trigger,
    driftTrigger,
    scheduleTrigger,
    pushTrigger,
    dataTrigger,
    pipelineTrigger,
    webhookTrigger,
    register,
    deploy,
    monitor,
  ].flatMap((schema) => Object.keys(schema.shape)),
  "all",
  "any",
  "not",
];

/** JSON schema (draft 2020-12) of `trellis.yaml`, for editors. */
export function projectFileJsonSchema(): Record<string, unknown> {
  return { title: "trellis.yaml", ...z.toJSONSchema(projectFileSchema, { io: "input", unrepresentable: "any" }) };
}
