import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument, type ParsedNode } from "yaml";
import type { z } from "zod";
import { CoreError, type ErrorIssue } from "../../kernel/errors.ts";
import { hasUnstorableText } from "../../kernel/storable-text.ts";
import { checkSpec } from "./check-spec.ts";
import { parseDuration } from "./duration.ts";
import { type ConditionFile, KNOWN_KEYS, type PipelineFile, type ProjectFile, projectFileSchema, type StepFile, type TriggerFile } from "./file-schema.ts";
import {
  COMPARISONS,
  type Condition,
  type PipelineSpec,
  type ProjectSpec,
  RETRY_DEFAULTS,
  STEP_DEFAULTS,
  type StepSpec,
  type TriggerSpec,
} from "./pipeline-spec.ts";
import { parseSize } from "./size.ts";

type Path = (string | number)[];
type Fault = { path: Path; message: string; /** Points at the key rather than at its value. */ atKey?: boolean };

/** Name of the file, in the root of a project's repository. */
export const PROJECT_FILE = "trellis.yaml";

/**
 * Parses and checks `trellis.yaml`. INVALID lists every fault with file, line, column and dotted path; `file` is the name
 * shown in them, `project` the slug that the file must name.
 */
export function parseProjectFile(text: string, file = PROJECT_FILE, project?: string): ProjectSpec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, logLevel: "silent" });
  if (document.errors.length > 0) {
    fail(
      file,
      document.errors.map((error) => ({ ...place(lines, error.pos[0]), file, message: `not valid YAML: ${error.message}` })),
    );
  }
  const locate = (fault: Fault): ErrorIssue => ({
    file,
    ...place(lines, offsetOf(document.contents, fault)),
    path: fault.path.join("."),
    message: fault.path.length > 0 && !fault.atKey ? `${fault.path.join(".")}: ${fault.message}` : fault.message,
  });
  if (text.includes("\0") || hasUnstorableText(toPlain(document.toJS.bind(document), file)))
    fail(file, [{ file, line: 1, column: 1, message: "the file contains NUL characters or broken text" }]);
  const shape = projectFileSchema.safeParse(toPlain(document.toJS.bind(document), file));
  if (!shape.success) fail(file, shape.error.issues.flatMap(shapeFaults).map(locate));
  const spec = toSpec(shape.data);
  const faults = checkSpec(spec);
  if (project !== undefined && spec.project !== project)
    faults.push({ path: ["project"], message: `this repository belongs to the project ${project}, not ${spec.project}` });
  if (faults.length > 0) fail(file, faults.map(locate));
  return spec;
}

/** Aliases that multiply without end are refused by the YAML library while it builds the value. */
function toPlain(read: () => unknown, file: string): unknown {
  try {
    return read();
  } catch (error) {
    return fail(file, [{ file, line: 1, column: 1, message: `not usable YAML: ${error instanceof Error ? error.message : String(error)}` }]);
  }
}

function fail(file: string, issues: ErrorIssue[]): never {
  const sorted = issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)).slice(0, 50);
  const first = sorted[0];
  const more = sorted.length > 1 ? ` (and ${sorted.length - 1} more)` : "";
  throw new CoreError("INVALID", `${file}:${first?.line ?? 1}:${first?.column ?? 1}: ${first?.message ?? "not valid"}${more}`, { issues: sorted });
}

function shapeFaults(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ path: [...path, key], atKey: true, message: `unknown key ${[...path, key].join(".")}${suggestion(key)}` }));
    case "invalid_key":
      return [{ path, atKey: true, message: `the name ${JSON.stringify(String(path.at(-1)))} cannot be used: ${issue.issues[0]?.message ?? "not valid"}` }];
    case "invalid_type":
      return [
        {
          path,
          message:
            issue.input === undefined && issue.message.includes("undefined")
              ? "is missing"
              : `expected ${issue.expected === "record" || issue.expected === "object" ? "a mapping" : issue.expected}`,
        },
      ];
    case "invalid_value":
      return [
        {
          path,
          message: issue.message.includes("undefined")
            ? "is missing"
            : `expected ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`,
        },
      ];
    case "invalid_union":
      return [{ path, message: issue.message === "Invalid input" ? "expected text, a number, true or false" : issue.message }];
    default:
      return [{ path, message: issue.message }];
  }
}

function suggestion(key: string): string {
  const close = KNOWN_KEYS.find((known) => known !== key && distance(known, key) <= 2);
  return close ? `; did you mean ${close}?` : "";
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Offset of the value at the path, or of the nearest thing around it that the file has. */
function offsetOf(root: ParsedNode | null, { path, atKey }: Fault): number {
  let node: Node | null = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [index, part] of path.entries()) {
    if (!isMap(node)) {
      const item: unknown = node && "items" in node && Array.isArray(node.items) ? node.items[Number(part)] : null;
      node = isNode(item) ? item : null;
      if (!node) return offset;
      offset = node.range?.[0] ?? offset;
      continue;
    }
    const pair: unknown = node.items.find((candidate) => isPair(candidate) && isScalar(candidate.key) && String(candidate.key.value) === String(part));
    if (!isPair(pair)) return offset;
    const keyOffset = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
    node = isNode(pair.value) ? pair.value : null;
    const last = index === path.length - 1;
    // A mapping begins on the line after its key, which is the line people look for.
    offset = (last && !atKey && isScalar(node) ? node.range?.[0] : keyOffset) ?? offset;
  }
  return offset;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "range" in value;
}

function place(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function toSpec(file: ProjectFile): ProjectSpec {
  return {
    version: file.version,
    project: file.project,
    pipelines: Object.fromEntries(Object.entries(file.pipelines).map(([name, pipeline]) => [name, toPipeline(name, pipeline)])),
    monitors: Object.fromEntries(
      Object.entries(file.monitors).map(([name, monitor]) => [
        name,
        {
          environment: monitor.environment,
          windowSeconds: seconds(monitor.window),
          minRows: monitor.min_rows,
          alertAfter: monitor.alert_after,
          ofLast: monitor.of_last,
        },
      ]),
    ),
  };
}

function toPipeline(name: string, pipeline: PipelineFile): PipelineSpec {
  return {
    name,
    description: pipeline.description,
    parameters: Object.fromEntries(
      Object.entries(pipeline.parameters).map(([key, given]) => [
        key,
        {
          type: given.type,
          description: given.description,
          default: given.default ?? null,
          min: given.min ?? null,
          max: given.max ?? null,
          choices: given.choices ?? null,
        },
      ]),
    ),
    steps: Object.entries(pipeline.steps).map(([key, step]) => toStep(key, step)),
    register: pipeline.register ?? null,
    deploy: pipeline.deploy ?? null,
    triggers: pipeline.triggers.flatMap(toTrigger),
    concurrency: pipeline.concurrency ?? null,
    priority: pipeline.priority,
  };
}

/** The schema has let through exactly one kind. */
function toTrigger({ drift, schedule, push, data, pipeline, webhook }: TriggerFile): TriggerSpec[] {
  if (drift) return [{ kind: "drift", ...drift }];
  if (schedule) return [{ kind: "schedule", cron: schedule.cron, timezone: schedule.timezone, catchUp: schedule.catch_up, parameters: schedule.parameters }];
  if (push) return [{ kind: "push", ...push }];
  if (data) return [{ kind: "data", ...data }];
  if (pipeline) return [{ kind: "pipeline", pipeline: pipeline.name, on: pipeline.on, parameters: pipeline.parameters }];
  return webhook ? [{ kind: "webhook", ...webhook }] : [];
}

function toStep(key: string, step: StepFile): StepSpec {
  return {
    key,
    stage: step.stage,
    run: step.run,
    needs: step.needs,
    inputs: step.inputs,
    outputs: step.outputs,
    parameters: step.parameters ?? null,
    environment: step.env,
    timeoutSeconds: step.timeout === undefined ? null : seconds(step.timeout),
    retries: step.retries
      ? {
          limit: step.retries.limit,
          backoffSeconds: seconds(step.retries.backoff),
          factor: step.retries.factor,
          maxBackoffSeconds: seconds(step.retries.max_backoff),
          on: step.retries.on ?? null,
        }
      : RETRY_DEFAULTS,
    cache: step.cache ?? isCachedByDefault(step),
    condition: step.if ? toCondition(step.if) : null,
    resources: step.resources
      ? { cpu: step.resources.cpu, memoryBytes: step.resources.memory === undefined ? 0 : (parseSize(step.resources.memory) ?? 0) }
      : STEP_DEFAULTS.resources,
  };
}

/** A step that leaves nothing has nothing to give again, and one that reads nothing declared brings something in from outside. */
function isCachedByDefault({ stage, inputs, needs, outputs }: StepFile): boolean {
  return stage !== "deploy" && stage !== "monitor" && outputs.length > 0 && inputs.length + needs.length > 0;
}

/** The schema has let through exactly one source and one comparison, or one group. */
function toCondition(file: ConditionFile): Condition {
  if (file.all) return { kind: "all", of: file.all.map(toCondition) };
  if (file.any) return { kind: "any", of: file.any.map(toCondition) };
  if (file.not) return { kind: "not", of: toCondition(file.not) };
  const operator = COMPARISONS.find((one) => file[one] !== undefined) ?? "equals";
  const comparison = { operator, value: file[operator] ?? "" };
  if (file.output !== undefined) return { kind: "output", path: file.output, field: file.field ?? "", ...comparison };
  return file.metric === undefined ? { kind: "parameter", name: file.parameter ?? "", ...comparison } : { kind: "metric", name: file.metric, ...comparison };
}

/** The schema has let only durations through. */
function seconds(duration: string): number {
  return parseDuration(duration) ?? 0;
}
