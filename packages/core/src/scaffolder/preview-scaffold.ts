import { team } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { authorize } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { isCoreError } from "../kernel/errors.ts";
import { parseProjectFile } from "../pipelines/domain/pipeline-file.ts";
import { fillIn } from "./domain/answers.ts";
import type { Answers, MadeThing } from "./domain/template-manifest.ts";
import type { TemplateFile } from "./ports.ts";
import { isText, renderTemplate } from "./render-template.ts";
import { type CheckedRequest, checkScaffoldRequest, type ScaffoldRequest } from "./scaffold-request.ts";

/** Text files up to this size are shown whole, in bytes. */
const WHOLE_BYTES = 262_144;
/** What is shown of a longer text. */
const HEAD_BYTES = 16_384;
/** Tables show their first lines only. */
const HEAD_LINES = 20;

export type PreviewFile = {
  path: string;
  sizeBytes: number;
  executable: boolean;
  kind: "text" | "table" | "binary";
  /** The text, or its beginning; null for binary files. */
  content: string | null;
  truncated: boolean;
  /** Lines, counted from 1, that the answers have changed. */
  answeredLines: number[];
};

export type PlannedThing = { kind: "repository" | "pipeline" | "model" | "deployment" | "monitor" | "run" | "owner"; title: string; detail: string };

export type ScaffoldPreview = { files: PreviewFile[]; totalBytes: number; makes: PlannedThing[] };

/** Every file that Create would make, and what else would exist afterwards. Nothing is made. INVALID as for `submitScaffoldTask`. */
export async function previewScaffold(ctx: CoreContext, input: ScaffoldRequest): Promise<ScaffoldPreview> {
  await authorize(ctx, "project.create");
  const request = await checkScaffoldRequest(ctx, input);
  const author = ctx.actor.kind === "user" ? { name: ctx.actor.name, email: ctx.actor.email } : { name: ctx.actor.name, email: "" };
  const tree = await renderTemplate(ctx, request.template, { project: request.project, answers: request.answers, author, year: ctx.now().getUTCFullYear() });
  return {
    files: tree.files.map((file) => previewFile(file, tree.templateLines)),
    totalBytes: tree.files.reduce((sum, file) => sum + file.content.length, 0),
    makes: await plannedThings(ctx, request, tree.files, tree.values),
  };
}

function previewFile(file: TemplateFile, templateLines: ReadonlySet<string>): PreviewFile {
  const { path, executable, content } = file;
  const common = { path, executable, sizeBytes: content.length };
  if (!isText(content)) return { ...common, kind: "binary", content: null, truncated: false, answeredLines: [] };
  if (/\.(csv|tsv)$/i.test(path)) {
    const lines = content.subarray(0, HEAD_BYTES).toString().split("\n").slice(0, HEAD_LINES);
    const head = lines.join("\n");
    return { ...common, kind: "table", content: head, truncated: Buffer.byteLength(head) < content.length, answeredLines: [] };
  }
  const truncated = content.length > WHOLE_BYTES;
  const text = (truncated ? content.subarray(0, HEAD_BYTES) : content).toString();
  const answeredLines = text.split("\n").flatMap((line, index) => (templateLines.has(line) ? [] : [index + 1]));
  return { ...common, kind: "text", content: text, truncated, answeredLines: truncated ? [] : answeredLines };
}

async function plannedThings(ctx: CoreContext, request: CheckedRequest, files: readonly TemplateFile[], values: Answers): Promise<PlannedThing[]> {
  const { slug } = request.project;
  const owner = await ownerName(ctx, request.teamId);
  const things: PlannedThing[] = [
    { kind: "repository", title: `Repository projects/${slug}`, detail: `${files.length} files in one commit; only members push to main` },
  ];
  const spec = projectSpecOf(files);
  const firstRun = request.template.manifest.firstRun ?? Object.keys(spec?.pipelines ?? {})[0];
  for (const pipeline of Object.values(spec?.pipelines ?? {})) {
    things.push({
      kind: "pipeline",
      title: `Pipeline ${pipeline.name}`,
      detail: `${pipeline.steps.length} steps: ${pipeline.steps.map(({ key }) => key).join(", ")}`,
    });
    if (pipeline.name === firstRun) things.push({ kind: "run", title: "First run", detail: `${pipeline.name} starts at once` });
    if (pipeline.register)
      things.push({ kind: "model", title: `Model ${pipeline.register.model}`, detail: "Kept for this project; the first run registers version 1" });
  }
  for (const [name, monitor] of Object.entries(spec?.monitors ?? {})) {
    things.push({ kind: "monitor", title: `Monitor ${name}`, detail: `Watches ${monitor.environment} from the first prediction on` });
  }
  things.push({ kind: "owner", title: `Owner ${ctx.actor.name}`, detail: owner ? `in team ${owner}` : "You; you can add people later" });
  const known = new Set(things.map(({ kind }) => kind as string));
  return [...things, ...request.template.manifest.makes.filter(({ kind }) => !known.has(kind)).flatMap((made) => otherThing(made, values))];
}

/** What the template says beyond what its `trellis.yaml` shows. */
function otherThing(made: MadeThing, values: Answers): PlannedThing[] {
  if (made.kind !== "deployment") return [];
  return [{ kind: "deployment", title: `Deployment ${fillIn(made.name, values)}`, detail: fillIn(made.description, values) }];
}

/** A template with a broken `trellis.yaml` can still be looked at; creating it then fails at its step, in words. */
function projectSpecOf(files: readonly TemplateFile[]): ReturnType<typeof parseProjectFile> | null {
  const file = files.find(({ path }) => path === "trellis.yaml");
  if (!file) return null;
  try {
    return parseProjectFile(file.content.toString());
  } catch (error) {
    if (isCoreError(error)) return null;
    throw error;
  }
}

async function ownerName(ctx: CoreContext, teamId: string | null): Promise<string | null> {
  if (!teamId) return null;
  const [row] = await ctx.db.select({ name: team.name }).from(team).where(eq(team.id, teamId));
  return row?.name ?? null;
}
