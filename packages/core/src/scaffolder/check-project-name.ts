import { project, scaffoldTask } from "@trellis/db/schema";
import { and, inArray, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { projectSlugProblem } from "../catalog/domain/project-slug.ts";
import { authorize } from "../identity/index.ts";
import type { CoreContext, Database, Transaction } from "../kernel/context.ts";
import { checkProjectValues } from "./domain/answers.ts";
import { NAME_HOLDING_STATUSES } from "./domain/task-state.ts";
import { loadTemplate } from "./templates.ts";

export const checkProjectNameInput = z.object({
  slug: z.string().max(100),
  /** Its own rules for names are checked too. */ template: z.string().max(64).optional(),
});

export type ProjectNameCheck = { slug: string; available: boolean; problem: string | null; /** A name like it that is free. */ suggestion: string | null };

/** Says while a person types whether a project may have this name. */
export async function checkProjectName(ctx: CoreContext, input: z.infer<typeof checkProjectNameInput>): Promise<ProjectNameCheck> {
  await authorize(ctx, "project.create");
  const slug = input.slug.trim();
  const problem = projectSlugProblem(slug) ?? (input.template ? await templateProblem(ctx, input.template, slug) : null);
  if (problem) return { slug, available: false, problem, suggestion: suggestionFor(slug) };
  const taken = await whoHasName(ctx.db, [slug, ...alternatives(slug)]);
  const holder = taken.get(slug);
  if (!holder) return { slug, available: true, problem: null, suggestion: null };
  return {
    slug,
    available: false,
    problem: nameTakenMessage(slug, holder),
    suggestion: alternatives(slug).find((name) => !taken.has(name) && projectSlugProblem(name) === null) ?? null,
  };
}

/** What holds each of these names: a project, or a task that may still make one. Names that are free are left out. */
export async function whoHasName(db: Database | Transaction, slugs: string[], exceptTask?: string): Promise<Map<string, "project" | "task">> {
  const tasks = await db
    .select({ slug: scaffoldTask.slug })
    .from(scaffoldTask)
    .where(
      and(
        inArray(scaffoldTask.slug, slugs),
        inArray(scaffoldTask.status, [...NAME_HOLDING_STATUSES]),
        exceptTask ? ne(scaffoldTask.id, exceptTask) : undefined,
      ),
    );
  const projects = await db.select({ slug: project.slug }).from(project).where(inArray(project.slug, slugs));
  return new Map([...tasks.map(({ slug }) => [slug, "task"] as const), ...projects.map(({ slug }) => [slug, "project"] as const)]);
}

/** Two people cannot take one name at the same time: whoever holds this lock decides, until the transaction ends. */
export async function lockProjectName(tx: Transaction, slug: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`scaffold:${slug}`}, 0))`);
}

/** Why a taken name is refused, in words. */
export function nameTakenMessage(slug: string, holder: "project" | "task"): string {
  return holder === "project"
    ? `A project named ${slug} exists already. Choose another name.`
    : `A project named ${slug} is being created. Choose another name.`;
}

async function templateProblem(ctx: CoreContext, template: string, slug: string): Promise<string | null> {
  const { manifest } = await loadTemplate(ctx, template);
  return checkProjectValues(manifest, { slug, title: "", description: "" }).issues.find(({ path }) => path === "slug")?.message ?? null;
}

function alternatives(slug: string): string[] {
  return [2, 3, 4, 5, 6].map((number) => `${slug.slice(0, 38)}-${number}`);
}

function suggestionFor(slug: string): string | null {
  const name = slug
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return name !== slug && projectSlugProblem(name) === null ? name : null;
}
