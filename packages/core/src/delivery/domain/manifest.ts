import { type Document, isMap, LineCounter, parseDocument, visit } from "yaml";
import { z } from "zod";
import { CoreError, type ErrorIssue } from "../../kernel/errors.ts";
import { isSlug } from "../../kernel/slug.ts";

const slug = z.string().refine(isSlug, "must be lower case letters, digits and hyphens");

export const manifestSchema = z.strictObject({
  kind: z.literal("Deployment"),
  name: slug,
  project: slug,
  model: z.strictObject({
    name: z.string().min(1).max(100),
    version: z.int().positive(),
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" and 64 hexadecimal digits'),
  }),
  serving: z.strictObject({ runtime: z.literal("python"), replicas: z.literal(1, "must be 1: this target runs one process a deployment") }),
  change: z.string().regex(/^CR-\d+$/, "must be the request that wrote it, e.g. CR-12"),
});

/** What git says of one deployment. */
export type Manifest = z.infer<typeof manifestSchema>;

/** Where a deployment's manifest is in the environments repository. */
export function manifestPath(environment: string, deployment: string): string {
  return `${environment}/${deployment}.yaml`;
}

/** The text of a manifest. The same manifest is always the same bytes and a field a line, so that a diff shows what changes. */
export function renderManifest(manifest: Manifest): string {
  const { name, project, model, serving, change } = manifest;
  return [
    "kind: Deployment",
    `name: ${plain(name)}`,
    `project: ${plain(project)}`,
    "model:",
    `  name: ${plain(model.name)}`,
    `  version: ${model.version}`,
    `  digest: "${model.digest}"`,
    "serving:",
    `  runtime: ${serving.runtime}`,
    `  replicas: ${serving.replicas}`,
    `change: ${change}`,
    "",
  ].join("\n");
}

/** Reads a manifest; INVALID names file, line and field of everything that is wrong. */
export function parseManifest(text: string, file: string): Manifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: "1.2" });
  const broken = document.errors.map((error): ErrorIssue => ({
    file,
    ...position(lines, error.pos[0]),
    message: error.message.split("\n")[0] ?? "It is not YAML.",
  }));
  if (broken.length > 0) throw invalid(file, broken);
  if (!isMap(document.contents))
    throw invalid(file, [{ file, line: 1, column: 1, message: "It must be a map with kind, name, project, model, serving and change." }]);
  const alias = firstAlias(document);
  if (alias !== null) throw invalid(file, [{ file, ...position(lines, alias), message: "Aliases are not read here; write the value itself." }]);
  const parsed = manifestSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue): ErrorIssue[] => {
    const extra = issue.code === "unrecognized_keys" ? issue.keys : [];
    if (extra.length > 0)
      return extra.map((key) => ({
        file,
        path: [...issue.path, key].join("."),
        ...place(document.contents, [...issue.path, key], lines),
        message: "this field is not known",
      }));
    return [{ file, path: issue.path.join("."), ...place(document.contents, issue.path, lines), message: issue.message }];
  });
  throw invalid(file, issues);
}

/** Where the first alias stands; they could expand without end. */
function firstAlias(document: Document.Parsed): number | null {
  let found: number | null = null;
  visit(document, {
    Alias(_key, node) {
      found = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
}

/** Number of the request in `change: CR-12`. */
export function changeNumber(manifest: Manifest): number {
  return Number(manifest.change.slice(3));
}

function plain(value: string): string {
  return /^[a-z][a-z0-9-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off)$/.test(value) ? value : JSON.stringify(value);
}

/** Line and column of the value of a field, or of the nearest thing around it that is there. */
function place(contents: unknown, path: readonly PropertyKey[], lines: LineCounter): { line: number; column: number } {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const found = depth === 0 ? contents : isMap(contents) ? contents.getIn(path.slice(0, depth), true) : undefined;
    const range = typeof found === "object" && found !== null && "range" in found ? found.range : undefined;
    if (Array.isArray(range) && typeof range[0] === "number") return position(lines, range[0]);
  }
  return { line: 1, column: 1 };
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function invalid(file: string, issues: ErrorIssue[]): CoreError {
  const [first] = issues;
  const field = first?.path ? `${first.path}: ` : "";
  return new CoreError("INVALID", `${file}:${first?.line ?? 1}: ${field}${first?.message ?? "It is not valid."}`, { issues });
}
