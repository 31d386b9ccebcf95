import { createHash } from "node:crypto";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { filePathFault, findPathCollision } from "../kernel/file-path.ts";
import type { ProjectValues } from "./domain/answers.ts";
import { type Answers, SKELETON, treatmentOf } from "./domain/template-manifest.ts";
import { TemplateCatalogCapability, TemplateEngineCapability, type TemplateFile } from "./ports.ts";
import type { Template } from "./templates.ts";

/** Everything that a rendering depends on. */
export type RenderInput = { project: ProjectValues; answers: Answers; author: { name: string; email: string }; year: number };

export type RenderedTree = {
  /** Sorted by path. */
  files: TemplateFile[];
  /** sha256 over the sorted paths, modes and contents: equal trees have equal digests. */
  digest: string;
  /** What the files could use. */
  values: Answers;
  /** Every line of the template's rendered files as it stands there: a line that is not among them comes from the answers. */
  templateLines: ReadonlySet<string>;
};

/** Renders a template's files; the values are `values.<name>` in it. Contents listed under `copy` stay as they are, all paths are rendered. */
export async function renderTemplate(ctx: CoreContext, template: Template, input: RenderInput): Promise<RenderedTree> {
  const values = await valuesOf(ctx, template, input);
  const sources = await ctx.resolve(TemplateCatalogCapability).readFiles(template.name, SKELETON);
  const copied = new Map<string, Buffer>();
  const given = sources.map((file, index) => {
    const treatment = treatmentOf(template.manifest, file.path);
    if (treatment === null)
      throw new CoreError("INVALID", `The template ${template.name} must list ${file.path} under render or under copy, and not under both.`);
    if (treatment === "render") return file;
    // The engine sees a stand-in: it need not read megabytes, and what comes back can be told by it.
    const standIn = `copied file ${index}`;
    copied.set(standIn, file.content);
    return { ...file, content: Buffer.from(standIn) };
  });
  const rendered = await ctx.resolve(TemplateEngineCapability).render(given, { values });
  const files = rendered
    .map((file) => ({ ...file, content: (file.content.length < 40 ? copied.get(file.content.toString()) : undefined) ?? file.content }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  checkPaths(template.name, files);
  const templateLines = new Set(sources.filter((file, index) => given[index] === file).flatMap((file) => file.content.toString().split("\n")));
  return { files, digest: treeDigest(files), values, templateLines };
}

/** True when the bytes are UTF-8 text. */
export function isText(content: Buffer): boolean {
  if (content.subarray(0, 8_192).includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(content);
    return true;
  } catch {
    return false;
  }
}

async function valuesOf(ctx: CoreContext, template: Template, input: RenderInput): Promise<Answers> {
  const { manifest } = template;
  const values: Answers = {
    ...input.answers,
    ...input.project,
    author_name: input.author.name,
    author_email: input.author.email,
    template: manifest.name,
    template_version: manifest.version,
    year: input.year,
  };
  if (manifest.derived.length === 0) return values;
  const files = manifest.derived.map(({ name, expression }) => ({ path: name, content: Buffer.from(expression), executable: false }));
  for (const { path, content } of await ctx.resolve(TemplateEngineCapability).render(files, { values })) values[path] = content.toString();
  return values;
}

function treeDigest(files: readonly TemplateFile[]): string {
  const hash = createHash("sha256");
  for (const { path, content, executable } of files) {
    hash.update(`${path}\0${executable ? "x" : "-"}\0${createHash("sha256").update(content).digest("hex")}\n`);
  }
  return `sha256:${hash.digest("hex")}`;
}

function checkPaths(template: string, files: readonly TemplateFile[]): void {
  if (files.length === 0) throw new CoreError("INVALID", `The template ${template} makes no files.`);
  for (const { path } of files) {
    const fault = filePathFault(path);
    if (fault) throw new CoreError("INVALID", `The template ${template} would make a file whose path ${fault}: ${JSON.stringify(path.slice(0, 120))}.`);
  }
  const collision = findPathCollision(files.map(({ path }) => path));
  if (collision) throw new CoreError("INVALID", `The template ${template} would make two files that cannot exist together: ${collision.join(" and ")}.`);
}
