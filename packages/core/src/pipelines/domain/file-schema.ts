import { z } from "zod";
import { filePathFault } from "../../kernel/file-path.ts";
import { isSlug } from "../../kernel/slug.ts";
import { DURATION_PATTERN } from "./duration.ts";
import { FILE_STAGES, PARAMETER_TYPES } from "./pipeline-spec.ts";

/** Names of pipelines, steps, parameters and monitors; a parameter is a Python keyword argument, so no hyphens there. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
const PARAMETER_NAME = /^[a-z][a-z0-9_]{0,62}$/;

const name = z.string().regex(NAME, "use lower case letters, digits, hyphens and underscores, beginning with a letter, at most 63");
const parameterName = z.string().regex(PARAMETER_NAME, "use lower case letters, digits and underscores, beginning with a letter, at most 63");
const slug = z.string().refine(isSlug, "use lower case letters, digits and hyphens");
const description = z.string().max(2_000).default("").describe("Shown to people.");
const duration = z.string().regex(DURATION_PATTERN, "write a duration as a whole number and s, m, h or d, e.g. 30s, 10m, 2h, 7d");
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
    type: z.enum(PARAMETER_TYPES),
    description,
    default: scalar.optional().describe("Value of a run that gives none. Without it every run must give one."),
    min: z.number().optional(),
    max: z.number().optional(),
    choices: z.array(scalar).min(1).max(100).optional(),
  })
  .describe("A value that a run can be started with.");

const retries = z.strictObject({
  limit: z.int().min(0).max(10).describe("Attempts after the first."),
  backoff: duration.default("10s").describe("Wait before the second attempt; doubles with each, up to an hour."),
});

const step = z
  .strictObject({
    stage: z.enum(FILE_STAGES).describe("Where the step stands in the life of a model; names its part of the timeline."),
    run: z.string().trim().min(1).max(20_000).describe("Shell command line, run in a folder with the repository at the run's commit."),
    needs: z.array(name).max(200).default([]).describe("Steps that must have succeeded; their outputs are there."),
    inputs: z.array(path).max(50).default([]).describe("Files or folders of the repository that are this step's data."),
    outputs: z.array(path).max(50).default([]).describe("Files or folders that it leaves for later steps."),
    timeout: duration.optional(),
    retries: retries.optional(),
  })
  .describe("One command.");

const trigger = z.strictObject({
  drift: z.strictObject({
    monitor: name,
    parameters: z.record(parameterName, scalar).default({}).describe("$window_end stands for the day on which the alert's window ends."),
  }),
});

const pipeline = z.strictObject({
  description,
  parameters: z.record(parameterName, parameter).default({}),
  steps: z.record(name, step),
  register: z.strictObject({ model: slug, from: name, path }).optional().describe("The folder that becomes a model version when a run succeeds."),
  deploy: z.strictObject({ environment: slug }).optional().describe("A run that a trigger started asks to deploy its version there."),
  triggers: z.array(trigger).max(20).default([]),
});

const monitor = z.strictObject({
  environment: slug,
  window: duration.default("7d"),
  min_rows: z.int().min(1).max(10_000_000).default(200),
  alert_after: z.int().min(1).max(50).default(2),
  of_last: z.int().min(1).max(50).default(3),
});

/** Shape of `trellis.yaml` as people write it. What spans several fields is checked in `check-spec.ts`. */
export const projectFileSchema = z.strictObject({
  version: z.literal(1),
  project: slug,
  pipelines: z.record(name, pipeline).default({}),
  monitors: z.record(name, monitor).default({}),
});

export type ProjectFile = z.output<typeof projectFileSchema>;
export type PipelineFile = ProjectFile["pipelines"][string];

/** All keys that the file knows, for suggestions when one is misspelt. */
export const KNOWN_KEYS = [projectFileSchema, pipeline, parameter, step, retries, trigger, trigger.shape.drift, monitor].flatMap((schema) =>
  Object.keys(schema.shape),
);

/** JSON schema (draft 2020-12) of `trellis.yaml`, for editors. */
export function projectFileJsonSchema(): Record<string, unknown> {
  return { title: "trellis.yaml", ...z.toJSONSchema(projectFileSchema, { io: "input", unrepresentable: "any" }) };
}
