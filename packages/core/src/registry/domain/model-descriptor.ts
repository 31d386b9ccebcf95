import type { Signature } from "@trellis/db/schema";
import { z } from "zod";
import { CoreError, type ErrorIssue } from "../../kernel/errors.ts";
import { isSlug } from "../../kernel/slug.ts";
import { hasUnstorableText } from "../../kernel/storable-text.ts";

export type { Signature, SignatureField } from "@trellis/db/schema";

/** Name of the file in a model folder that says what the model is. */
export const DESCRIPTOR_FILE = "trellis-model.json";

/** Types of a model's inputs and outputs. */
export const FIELD_TYPES = ["double", "integer", "string", "boolean", "datetime"] as const;

const fieldName = z.string().min(1).max(200);

const field = z.looseObject({
  name: fieldName,
  type: z.enum(FIELD_TYPES),
  required: z.boolean().optional(),
  description: z.string().max(2_000).optional(),
});

const signature = z.looseObject({ inputs: z.array(field).min(1).max(2_000), outputs: z.array(field).min(1).max(200) });

const descriptorSchema = z.looseObject({
  format: z.literal(1),
  name: z.string().refine(isSlug, "must be lower case letters, digits and hyphens"),
  task: z.string().max(100).default(""),
  framework: z.string().max(100).default(""),
  loader: z.string().regex(/^[A-Za-z_][\w.]*:[A-Za-z_]\w*$/, 'must name a function as "package.module:function"'),
  signature,
  features: z.looseObject({ numeric: z.array(fieldName).optional(), categorical: z.array(fieldName).optional() }).optional(),
  label: fieldName.optional(),
  reference: z.string().max(200).optional(),
  example: z.record(z.string(), z.unknown()).optional(),
});

/** What a model says of itself in `trellis-model.json`. Keys that Trellis does not know are kept. */
export type ModelDescriptor = z.output<typeof descriptorSchema>;

/**
 * Reads and checks `trellis-model.json`. INVALID names file and field of every fault. `files` are the paths of the model
 * folder, `file` the name of the descriptor in messages.
 */
export function parseModelDescriptor(text: string, options: { file?: string; files?: readonly string[] } = {}): ModelDescriptor {
  const file = options.file ?? DESCRIPTOR_FILE;
  const content = parseJson(text, file);
  if (hasUnstorableText(content)) fail(file, [{ message: "contains NUL characters or broken text" }]);
  const parsed = descriptorSchema.safeParse(content);
  if (!parsed.success)
    fail(
      file,
      parsed.error.issues.map((issue) => ({ path: issue.path.map(String).join("."), message: shapeMessage(issue) })),
    );
  const faults = [...checkNames(parsed.data), ...checkFiles(parsed.data, options.files)];
  if (faults.length > 0) fail(file, faults);
  return parsed.data;
}

/** The signature alone, with `required` decided: an input is required unless it says otherwise. */
export function signatureOf(descriptor: ModelDescriptor): Signature {
  const clean = (fields: ModelDescriptor["signature"]["inputs"], isInput: boolean): Signature["inputs"] =>
    fields.map(({ name, type, required, description }) => ({
      name,
      type,
      ...(isInput ? { required: required ?? true } : {}),
      ...(description ? { description } : {}),
    }));
  return { inputs: clean(descriptor.signature.inputs, true), outputs: clean(descriptor.signature.outputs, false) };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CoreError("INVALID", `${file} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`, {
      issues: [{ file, message: "not valid JSON" }],
    });
  }
}

function checkNames({ signature: { inputs, outputs }, features, example, label }: ModelDescriptor): ErrorIssue[] {
  const faults: ErrorIssue[] = [];
  for (const [side, fields] of [
    ["inputs", inputs],
    ["outputs", outputs],
  ] as const) {
    const seen = new Set<string>();
    fields.forEach(({ name }, index) => {
      if (seen.has(name)) faults.push({ path: `signature.${side}.${index}.name`, message: `${name} is listed twice` });
      seen.add(name);
    });
  }
  const known = new Set(inputs.map((input) => input.name));
  for (const kind of ["numeric", "categorical"] as const) {
    (features?.[kind] ?? []).forEach((name, index) => {
      if (!known.has(name)) faults.push({ path: `features.${kind}.${index}`, message: `${name} is not an input of the signature` });
    });
  }
  for (const name of Object.keys(example ?? {}))
    if (!known.has(name) && name !== label) faults.push({ path: `example.${name}`, message: `${name} is not an input of the signature` });
  return faults;
}

function checkFiles({ reference }: ModelDescriptor, files: readonly string[] | undefined): ErrorIssue[] {
  if (!files || reference === undefined || files.includes(reference)) return [];
  return [{ path: "reference", message: `the file ${reference} is not in the model folder` }];
}

function shapeMessage(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type")
    return issue.message.includes("undefined")
      ? "is missing"
      : `must be ${issue.expected === "object" ? "an object" : issue.expected === "array" ? "a list" : issue.expected}`;
  if (issue.code === "invalid_value") return issue.message.includes("undefined") ? "is missing" : `must be ${issue.values.map(String).join(", ")}`;
  return issue.message;
}

function fail(file: string, faults: ErrorIssue[]): never {
  const issues = faults.map((fault) => ({ ...fault, file }));
  const shown = issues
    .slice(0, 3)
    .map((issue) => `${issue.path ? `${issue.path}: ` : ""}${issue.message}`)
    .join("; ");
  throw new CoreError("INVALID", `${file}: ${shown}${issues.length > 3 ? ` (and ${issues.length - 3} more)` : ""}`, { issues });
}
