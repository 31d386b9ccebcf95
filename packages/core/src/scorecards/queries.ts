import { project } from "@trellis/db/schema";
import { and, asc, gt, isNull } from "drizzle-orm";
import { z } from "zod";
import { requireProject } from "../catalog/index.ts";
import { authorize, visibleProjects } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { type CheckResult, type NextStep, type Score, score } from "./domain/score.ts";
import { scoreFacts } from "./score-facts.ts";

export type Scorecard = { projectId: string; slug: string; title: string } & Score;
export type ScorecardRow = {
  projectId: string;
  slug: string;
  title: string;
  level: Score["level"];
  passed: number;
  total: number;
  results: Record<string, CheckResult>;
  next: NextStep | null;
};

export const projectScorecardInput = z.object({ project: z.string().max(100) });

/** How far a project is: its level, every check with its evidence, and the next step. */
export async function projectScorecard(ctx: CoreContext, input: z.infer<typeof projectScorecardInput>): Promise<Scorecard> {
  const found = await requireProject(ctx, input.project);
  const [row] = await scoreFacts(ctx, [found.id]);
  if (!row) throw notFound("Project", input.project);
  return { projectId: found.id, slug: found.slug, title: found.title, ...score(row.facts) };
}

export const scorecardsInput = z.object({ cursor: z.string().max(100).optional(), limit: z.number().int().min(1).max(200).default(50) });

/** The scorecards of all projects that the actor may see, by name, page by page. */
export async function scorecards(ctx: CoreContext, input: z.input<typeof scorecardsInput> = {}): Promise<{ items: ScorecardRow[]; nextCursor: string | null }> {
  await authorize(ctx, "project.list");
  const { cursor, limit } = scorecardsInput.parse(input);
  const rows = await ctx.db
    .select({ id: project.id, slug: project.slug })
    .from(project)
    .where(and(isNull(project.archivedAt), isNull(project.personalOf), visibleProjects(ctx), cursor ? gt(project.slug, cursor) : undefined))
    .orderBy(asc(project.slug))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const items = (
    await scoreFacts(
      ctx,
      page.map(({ id }) => id),
    )
  ).map(({ projectId, title, facts }): ScorecardRow => {
    const { level, checks, next } = score(facts);
    return {
      projectId,
      slug: facts.slug,
      title,
      level,
      next,
      passed: checks.filter(({ result }) => result === "pass").length,
      total: checks.length,
      results: Object.fromEntries(checks.map(({ id, result }) => [id, result])),
    };
  });
  return { items, nextCursor: rows.length > limit ? (page.at(-1)?.slug ?? null) : null };
}
