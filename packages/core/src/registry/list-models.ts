import { project, registeredModel } from "@trellis/db/schema";
import { and, eq, exists, ilike, isNull, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { requireProject } from "../catalog/index.ts";
import { authorize, visibleProjects } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { MAX_ALIAS_LENGTH } from "./domain/alias.ts";

export const listModelsInput = z.object({
  search: z.string().trim().max(100).optional(),
  project: z.string().max(100).optional(),
  task: z.string().max(100).optional(),
  framework: z.string().max(100).optional(),
  alias: z.string().max(MAX_ALIAS_LENGTH).optional(),
  environment: z.string().max(63).optional(),
  sort: z.enum(["updated", "name", "created"]).default("updated"),
  cursor: z.string().max(300).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});

type Query = z.output<typeof listModelsInput>;
export type Facet = { value: string; label: string; count: number };
export type ModelFacets = { projects: Facet[]; tasks: Facet[]; frameworks: Facet[]; aliases: Facet[]; environments: Facet[] };

export type ModelRow = {
  id: string;
  name: string;
  description: string;
  task: string;
  framework: string;
  tags: Record<string, string>;
  project: { id: string; slug: string; title: string };
  /** How many versions were ever registered. */
  versions: number;
  latest: { id: string; version: number; createdAt: Date; metrics: Record<string, number> } | null;
  aliases: { alias: string; version: number }[];
  /** Names of environments in which one of its versions answers. */
  environments: string[];
  createdAt: Date;
  updatedAt: Date;
};

/** The model catalogue, page by page. Facets come with the first page only and count what the actor may see. */
export async function listModels(
  ctx: CoreContext,
  input: z.input<typeof listModelsInput> = {},
): Promise<{ items: ModelRow[]; nextCursor: string | null; facets: ModelFacets | null }> {
  await authorize(ctx, "project.list");
  const query = listModelsInput.parse(input);
  const projectId = query.project ? (await requireProject(ctx, query.project)).id : null;
  const rows = await selectModels(ctx, and(...filters(ctx, query, projectId), afterCursor(query)), orderOf(query.sort), query.limit + 1);
  const items = rows.slice(0, query.limit);
  return {
    items,
    nextCursor: rows.length > query.limit ? cursorOf(query.sort, items.at(-1)) : null,
    facets: query.cursor ? null : await loadFacets(ctx),
  };
}

/** Rows of models with what a list shows of each, in one query. */
export async function selectModels(ctx: CoreContext, where: SQL | undefined, order: SQL, limit: number): Promise<ModelRow[]> {
  const rows = await ctx.db
    .select({
      model: registeredModel,
      project: { id: project.id, slug: project.slug, title: project.title },
      latest: sql<{
        id: string;
        version: number;
        createdAt: string;
        metrics: Record<string, number>;
      } | null>`(select json_build_object('id', v.id, 'version', v.version, 'createdAt', v.created_at, 'metrics', v.metrics)
        from model_version v where v.model_id = ${registeredModel.id} and v.deleted_at is null order by v.version desc limit 1)`,
      aliases: sql<{ alias: string; version: number }[]>`coalesce((select json_agg(json_build_object('alias', a.alias, 'version', v.version) order by a.alias)
        from model_alias a join model_version v on v.id = a.version_id where a.model_id = ${registeredModel.id}), '[]'::json)`,
      environments: sql<string[]>`coalesce((select json_agg(e.name order by e.position) from deployment d join environment e on e.id = d.environment_id
        where d.model_id = ${registeredModel.id} and d.live_version_id is not null and d.lifecycle = 'active'), '[]'::json)`,
    })
    .from(registeredModel)
    .innerJoin(project, eq(project.id, registeredModel.projectId))
    .where(where)
    .orderBy(order)
    .limit(limit);
  return rows.map(({ model: { lastVersion, projectId: _project, deletedAt: _deleted, ...model }, latest, ...row }) => ({
    ...model,
    ...row,
    versions: lastVersion,
    latest: latest && { ...latest, createdAt: new Date(latest.createdAt) },
  }));
}

function filters(ctx: CoreContext, query: Query, projectId: string | null): (SQL | undefined)[] {
  const pattern = query.search ? `%${query.search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%` : null;
  return [
    isNull(registeredModel.deletedAt),
    // Prompts are kept among the models, but are none.
    sql`${registeredModel.tags} ->> 'mlflow.prompt.is_prompt' is distinct from 'true'`,
    visibleProjects(ctx),
    pattern
      ? or(ilike(registeredModel.name, pattern), ilike(registeredModel.description, pattern), ilike(project.slug, pattern), ilike(project.title, pattern))
      : undefined,
    projectId ? eq(registeredModel.projectId, projectId) : undefined,
    query.task ? eq(registeredModel.task, query.task) : undefined,
    query.framework ? eq(registeredModel.framework, query.framework) : undefined,
    query.alias ? exists(sql`(select 1 from model_alias a where a.model_id = ${registeredModel.id} and a.alias = ${query.alias})`) : undefined,
    query.environment
      ? exists(
          sql`(select 1 from deployment d join environment e on e.id = d.environment_id where d.model_id = ${registeredModel.id} and e.name = ${query.environment} and d.live_version_id is not null and d.lifecycle = 'active')`,
        )
      : undefined,
  ];
}

function orderOf(sort: Query["sort"]): SQL {
  switch (sort) {
    case "updated":
      return sql`${registeredModel.updatedAt} desc, ${registeredModel.id} desc`;
    case "name":
      return sql`${registeredModel.name}, ${registeredModel.id}`;
    case "created":
      return sql`${registeredModel.id} desc`;
  }
}

function cursorOf(sort: Query["sort"], row: ModelRow | undefined): string | null {
  if (!row) return null;
  return sort === "updated" ? `${row.updatedAt.toISOString()} ${row.id}` : sort === "name" ? row.name : row.id;
}

function afterCursor({ sort, cursor }: Query): SQL | undefined {
  if (!cursor) return undefined;
  if (sort === "name") return sql`${registeredModel.name} > ${cursor}`;
  const match = /^(?:(\S+) )?([0-9a-f-]{36})$/.exec(cursor);
  if (!match?.[2] || (sort === "updated") !== (match[1] !== undefined))
    throw new CoreError("INVALID", "The cursor does not belong to this list. Start from the first page.");
  if (sort === "created") return sql`${registeredModel.id} < ${match[2]}::uuid`;
  return sql`(${registeredModel.updatedAt}, ${registeredModel.id}) < (${match[1]}::timestamptz, ${match[2]}::uuid)`;
}

async function loadFacets(ctx: CoreContext): Promise<ModelFacets> {
  const visible = visibleProjects(ctx) ?? sql`true`;
  const result = await ctx.db.execute<{ facet: keyof ModelFacets; value: string; label: string; count: number }>(sql`
    with m as (select registered_model.*, project.slug, project.title from registered_model join project on project.id = registered_model.project_id
      where registered_model.deleted_at is null and registered_model.tags ->> 'mlflow.prompt.is_prompt' is distinct from 'true' and ${visible})
    (select 'projects' as facet, slug as value, title as label, count(*)::int as count from m group by slug, title order by count(*) desc, slug limit 100)
    union all (select 'tasks', task, task, count(*)::int from m where task <> '' group by task order by count(*) desc, task limit 50)
    union all (select 'frameworks', framework, framework, count(*)::int from m where framework <> '' group by framework order by count(*) desc, framework limit 50)
    union all (select 'aliases', a.alias, a.alias, count(*)::int from m join model_alias a on a.model_id = m.id group by a.alias order by count(*) desc, a.alias limit 50)
    union all (select 'environments', e.name, e.name, count(distinct m.id)::int from m join deployment d on d.model_id = m.id and d.live_version_id is not null and d.lifecycle = 'active' join environment e on e.id = d.environment_id group by e.name, e.position order by e.position limit 50)`);
  const facets: ModelFacets = { projects: [], tasks: [], frameworks: [], aliases: [], environments: [] };
  for (const { facet, ...row } of result.rows) facets[facet].push(row);
  return facets;
}
