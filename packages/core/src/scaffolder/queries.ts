import { project, run, scaffoldStep, scaffoldTask, user } from "@trellis/db/schema";
import { and, asc, desc, eq, inArray, isNull, lt, sql } from "drizzle-orm";
import { z } from "zod";
import { authorize } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, notFound } from "../kernel/errors.ts";
import { repositoryName } from "./actions/create-repository.ts";
import { defaultAnswers, fillIn } from "./domain/answers.ts";
import { thingsMade } from "./domain/task-state.ts";
import type { TemplateManifest } from "./domain/template-manifest.ts";
import { requireOwnTask } from "./require-own-task.ts";
import { type LoadedTemplate, loadTemplates } from "./templates.ts";

export type TemplateSummary = {
  name: string;
  version: string;
  title: string;
  description: string;
  owner: string;
  tags: string[];
  /** What exists afterwards, in words. */
  makes: string[];
  /** Number of questions. */
  parameters: number;
  /** Projects that were made from it. */
  projects: number;
  /** Why it cannot be used; null when it can. */
  problem: string | null;
};

export type TemplateDetail = TemplateSummary & { manifest: TemplateManifest; versions: { version: string; projects: number }[] };

/** Every template with the number of projects that use it, by name. */
export async function listTemplates(ctx: CoreContext): Promise<TemplateSummary[]> {
  await authorize(ctx, "project.list");
  const [templates, adoption] = await Promise.all([loadTemplates(ctx), countAdoption(ctx)]);
  return templates.map((template) => summarize(template, adoption));
}

export const getTemplateInput = z.object({ name: z.string().max(64) });

/** One template with its questions and the versions that are in use. PRECONDITION_FAILED when its manifest is broken. */
export async function getTemplate(ctx: CoreContext, input: z.infer<typeof getTemplateInput>): Promise<TemplateDetail> {
  await authorize(ctx, "project.list");
  const [templates, adoption] = await Promise.all([loadTemplates(ctx), countAdoption(ctx)]);
  const template = templates.find(({ name }) => name === input.name);
  if (!template) throw notFound("Template", input.name);
  if (!template.manifest) throw new CoreError("PRECONDITION_FAILED", `The template ${template.name} cannot be used: ${template.problem}`);
  const versions = adoption.filter((row) => row.template === template.name).map(({ version, projects }) => ({ version: version ?? "unknown", projects }));
  return { ...summarize(template, adoption), manifest: template.manifest, versions };
}

export const getScaffoldTaskInput = z.object({ taskId: z.uuid() });

/** One task with its steps and what exists so far; for the person who asked for it and administrators. */
export async function getScaffoldTask(ctx: CoreContext, input: z.infer<typeof getScaffoldTaskInput>) {
  const task = await requireOwnTask(ctx, input.taskId);
  const steps = await ctx.db.select().from(scaffoldStep).where(eq(scaffoldStep.taskId, task.id)).orderBy(asc(scaffoldStep.position));
  const [author] = await ctx.db.select({ id: user.id, name: user.name }).from(user).where(eq(user.id, task.createdBy));
  const [firstRun] = task.runId ? await ctx.db.select({ number: run.number, status: run.status }).from(run).where(eq(run.id, task.runId)) : [];
  return {
    id: task.id,
    template: task.template,
    templateVersion: task.templateVersion,
    slug: task.slug,
    title: typeof task.answers["title"] === "string" && task.answers["title"] !== "" ? task.answers["title"] : task.slug,
    status: task.status,
    reason: task.reason,
    projectId: task.projectId,
    projectSlug: task.projectId ? task.slug : null,
    runId: task.runId,
    runNumber: firstRun?.number ?? null,
    runStatus: firstRun?.status ?? null,
    repository: repositoryName(task.slug),
    createdBy: { id: task.createdBy, name: author?.name ?? "someone" },
    createdAt: task.createdAt,
    endedAt: task.endedAt,
    exists: thingsMade(task.slug, steps),
    steps: steps.map(({ position, action, title, status, log, error, startedAt, endedAt }) => ({
      position,
      action,
      title,
      status,
      log,
      error,
      startedAt,
      endedAt,
    })),
  };
}

export const listScaffoldTasksInput = z.object({ cursor: z.uuid().optional(), limit: z.number().int().min(1).max(100).default(20) });

/** The actor's own tasks, newest first, page by page. */
export async function listScaffoldTasks(ctx: CoreContext, input: z.input<typeof listScaffoldTasksInput> = {}) {
  await authorize(ctx, "project.create");
  const { cursor, limit } = listScaffoldTasksInput.parse(input);
  const { actor } = ctx;
  const rows = await ctx.db
    .select()
    .from(scaffoldTask)
    .where(and(actor.kind === "user" ? eq(scaffoldTask.createdBy, actor.userId) : undefined, cursor ? lt(scaffoldTask.id, cursor) : undefined))
    .orderBy(desc(scaffoldTask.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const counts =
    page.length === 0
      ? []
      : await ctx.db
          .select({
            taskId: scaffoldStep.taskId,
            total: sql<number>`count(*)::int`,
            done: sql<number>`(count(*) filter (where ${scaffoldStep.status} = 'succeeded'))::int`,
          })
          .from(scaffoldStep)
          .where(
            inArray(
              scaffoldStep.taskId,
              page.map(({ id }) => id),
            ),
          )
          .groupBy(scaffoldStep.taskId);
  const byTask = new Map(counts.map((row) => [row.taskId, row]));
  const items = page.map(({ id, template, slug, status, reason, createdAt, endedAt }) => ({
    id,
    template,
    slug,
    status,
    reason,
    createdAt,
    endedAt,
    stepsDone: byTask.get(id)?.done ?? 0,
    stepsTotal: byTask.get(id)?.total ?? 0,
  }));
  return { items, nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

type Adoption = { template: string | null; version: string | null; projects: number };

async function countAdoption(ctx: CoreContext): Promise<Adoption[]> {
  return ctx.db
    .select({ template: project.template, version: project.templateVersion, projects: sql<number>`count(*)::int` })
    .from(project)
    .where(and(isNull(project.archivedAt), sql`${project.template} is not null`))
    .groupBy(project.template, project.templateVersion)
    .orderBy(desc(project.templateVersion))
    .limit(1_000);
}

function summarize(template: LoadedTemplate, adoption: Adoption[]): TemplateSummary {
  const projects = adoption.filter((row) => row.template === template.name).reduce((sum, row) => sum + row.projects, 0);
  const { manifest } = template;
  if (!manifest)
    return {
      name: template.name,
      version: "",
      title: template.name,
      description: "",
      owner: "",
      tags: [],
      makes: [],
      parameters: 0,
      projects,
      problem: template.problem,
    };
  const slug = String(manifest.project.slug?.default ?? "my-project");
  const values = { ...defaultAnswers(manifest, { slug, title: "", description: "" }), slug };
  return {
    name: manifest.name,
    version: manifest.version,
    title: manifest.title,
    description: manifest.description,
    owner: manifest.owner,
    tags: manifest.tags,
    makes: manifest.makes.map(({ kind, description }) => `${kind.replace(/^./, (first) => first.toUpperCase())}: ${fillIn(description, values)}`),
    parameters: manifest.parameters.length,
    projects,
    problem: null,
  };
}
