import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { z } from "zod";
import { CoreError, type ErrorIssue } from "../../kernel/errors.ts";
import { type Answer, PARAMETER_TYPES, type TemplateManifest, type TemplateParameter } from "./template-manifest.ts";

const NAME = /^[a-z][a-z0-9_]{0,39}$/;
/** Values of the project itself: a template may say more about them, but never what they are. */
const PROJECT_NAMES: readonly string[] = ["slug", "title", "description"];
/** Values that the platform adds. */
const ADDED_NAMES: readonly string[] = ["author_name", "author_email", "template", "template_version", "year"];

const answer = z.union([z.string(), z.number(), z.boolean()]);
const words = z.string().max(1_000);
const valueName = z.string().regex(NAME, "use lower case letters, digits and _, beginning with a letter");
const globs = z.array(z.string().min(1).max(200)).max(200);

const choice = z.union([
  answer.transform((value) => ({ value: String(value), title: String(value), description: "" })),
  z
    .strictObject({ value: answer.transform(String), title: words.optional(), description: words.default("") })
    .transform((item) => ({ ...item, title: item.title ?? item.value })),
]);

const parameter = z.strictObject({
  name: valueName,
  title: z.string().min(1).max(100),
  type: z.enum(PARAMETER_TYPES),
  help: words.default(""),
  default: answer.nullable().default(null),
  required: z.boolean().default(true),
  pattern: z.string().max(200).refine(isExpression, "is not a regular expression").nullable().default(null),
  message: words.nullable().default(null),
  reserved: z.array(z.string().max(100)).max(1_000).default([]),
  min: z.number().nullable().default(null),
  max: z.number().nullable().default(null),
  min_length: z.int().min(0).nullable().default(null),
  max_length: z.int().min(1).nullable().default(null),
  multiline: z.boolean().default(false),
  choices: z.array(choice).max(100).default([]),
  placeholder: words.default(""),
  advanced: z.boolean().default(false),
  unique: z.enum(["project"]).optional(),
});

const output = z.strictObject({ title: words, to: z.string().max(300).nullable().default(null), command: z.string().max(500).nullable().default(null) });

const manifest = z.strictObject({
  apiVersion: z.literal("trellis/v1"),
  kind: z.literal("Template"),
  name: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, "use lower case letters, digits and hyphens"),
  version: z.string().regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/, "use a version such as 1.0.0"),
  title: z.string().min(1).max(100),
  description: words.default(""),
  owner: words.default(""),
  tags: z.array(z.string().max(40)).max(20).default([]),
  makes: z
    .array(z.strictObject({ kind: z.string().max(40), name: words, description: words.default("") }))
    .max(20)
    .default([]),
  parameters: z.array(parameter).max(100).default([]),
  derived: z.record(valueName, z.string().max(500)).default({}),
  render: globs.default([]),
  copy: globs.default([]),
  outputs: z.array(output).max(20).default([]),
  first_run: z.string().max(64).nullable().default(null),
});

type ManifestFile = z.output<typeof manifest>;
type Fault = { path: (string | number)[]; message: string };

/** Reads and checks a template's manifest. INVALID lists every fault with `file`, line and column. */
export function parseTemplateManifest(text: string, file = "template.yaml"): TemplateManifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const issueAt = (offset: number, message: string, path?: string): ErrorIssue => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), message, ...(path ? { path } : {}) };
  };
  if (document.errors.length > 0) fail(document.errors.map((error) => issueAt(error.pos[0], `not valid YAML: ${error.message}`)));
  const locate = ({ path, message }: Fault): ErrorIssue =>
    issueAt(offsetOf(document.contents, path), path.length > 0 ? `${path.join(".")}: ${message}` : message, path.join("."));
  const shape = manifest.safeParse(plainValue(() => document.toJS({ maxAliasCount: 50 }), file));
  if (!shape.success) fail(shape.error.issues.flatMap(faultsOf).map(locate));
  const faults = checkManifest(shape.data);
  if (faults.length > 0) fail(faults.map(locate));
  return toManifest(shape.data);
}

function plainValue(read: () => unknown, file: string): unknown {
  try {
    return read();
  } catch (error) {
    return fail([{ file, line: 1, column: 1, message: `not usable YAML: ${error instanceof Error ? error.message : String(error)}` }]);
  }
}

function fail(issues: ErrorIssue[]): never {
  const sorted = issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)).slice(0, 50);
  const [first] = sorted;
  const more = sorted.length > 1 ? ` (and ${sorted.length - 1} more)` : "";
  throw new CoreError("INVALID", `${first?.file}:${first?.line}:${first?.column}: ${first?.message}${more}`, { issues: sorted });
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: [...path, key], message: "is not a key of a template manifest" }));
  if (issue.code === "invalid_key") return [{ path, message: `cannot be a name: ${issue.issues[0]?.message ?? "not valid"}` }];
  if (issue.code === "invalid_type")
    return [
      {
        path,
        message: issue.message.includes("undefined")
          ? "is missing"
          : `expected ${issue.expected === "record" || issue.expected === "object" ? "a mapping" : issue.expected}`,
      },
    ];
  if (issue.code === "invalid_value")
    return [{ path, message: issue.message.includes("undefined") ? "is missing" : `expected one of ${issue.values.map(String).join(", ")}` }];
  if (issue.code === "invalid_union") return [{ path, message: "expected text, a number, true or false" }];
  return [{ path, message: issue.message }];
}

/** What the shape cannot say: names that clash, and defaults that are not answers. */
function checkManifest(file: ManifestFile): Fault[] {
  const faults: Fault[] = [];
  const known = new Set<string>(ADDED_NAMES);
  for (const [index, item] of file.parameters.entries()) {
    const path = ["parameters", index];
    if (known.has(item.name)) faults.push({ path: [...path, "name"], message: `${item.name} is the name of another value` });
    known.add(item.name);
    if (PROJECT_NAMES.includes(item.name) && item.type !== "string") faults.push({ path: [...path, "type"], message: `${item.name} is a string` });
    if (item.type === "choice" && item.choices.length === 0) faults.push({ path, message: "needs choices" });
    if (item.type !== "choice" && item.choices.length > 0) faults.push({ path: [...path, "choices"], message: "belongs to the type choice" });
    if (item.min !== null && item.max !== null && item.min > item.max) faults.push({ path: [...path, "min"], message: "is above max" });
    const defaultFault = item.default === null ? null : faultOfDefault(item, item.default);
    if (defaultFault) faults.push({ path: [...path, "default"], message: defaultFault });
  }
  for (const name of Object.keys(file.derived)) {
    if (known.has(name) || PROJECT_NAMES.includes(name)) faults.push({ path: ["derived", name], message: "is the name of another value" });
  }
  for (const [index, { to, command }] of file.outputs.entries()) {
    if ((to === null) === (command === null)) faults.push({ path: ["outputs", index], message: "needs either to or command" });
  }
  return faults;
}

function faultOfDefault(item: ManifestFile["parameters"][number], value: Answer): string | null {
  switch (item.type) {
    case "boolean":
      return typeof value === "boolean" ? null : "expected true or false";
    case "integer":
    case "number":
      if (typeof value !== "number" || (item.type === "integer" && !Number.isSafeInteger(value)))
        return `expected ${item.type === "integer" ? "a whole number" : "a number"}`;
      return (item.min !== null && value < item.min) || (item.max !== null && value > item.max) ? "is outside min and max" : null;
    case "choice":
      return item.choices.some((candidate) => candidate.value === String(value)) ? null : "is not one of the choices";
    case "string":
      return typeof value === "string" ? null : "expected text; put it in quotes";
  }
}

function toManifest(file: ManifestFile): TemplateManifest {
  const { apiVersion: _, kind: __, first_run: firstRun, parameters, derived, ...rest } = file;
  const all = parameters.map(toParameter);
  const ofProject = (name: string): TemplateParameter | null => all.find((item) => item.name === name) ?? null;
  return {
    ...rest,
    firstRun,
    project: { slug: ofProject("slug"), title: ofProject("title"), description: ofProject("description") },
    parameters: all.filter(({ name }) => !PROJECT_NAMES.includes(name)),
    derived: Object.entries(derived).map(([name, expression]) => ({ name, expression })),
  };
}

function toParameter(item: ManifestFile["parameters"][number]): TemplateParameter {
  const { help: description, message: patternMessage, min_length: minLength, max_length: maxLength, unique: _, ...same } = item;
  const fixed = item.type === "choice" && item.default !== null ? String(item.default) : item.default;
  return { ...same, description, default: fixed, patternMessage, minLength, maxLength };
}

/** Offset of the thing at the path: of its key in a mapping, of the nearest thing around it when it is not there. */
function offsetOf(root: Node | null, path: (string | number)[]): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((candidate) => isScalar(candidate.key) && String(candidate.key.value) === String(part));
      if (!pair) return offset;
      offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = (isNode(node) ? node.range?.[0] : undefined) ?? offset;
    } else return offset;
  }
  return offset;
}

function isExpression(source: string): boolean {
  try {
    return new RegExp(`^(?:${source})$`, "u").source !== "";
  } catch {
    return false;
  }
}
