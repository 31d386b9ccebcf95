import { sql } from "drizzle-orm";
import type { CoreContext, Database, Transaction } from "../../kernel/context.ts";
import type { ModelStage } from "../domain/stage.ts";

/** A version as the MLflow protocol tells of it. */
export type ProtocolVersion = {
  id: string;
  model: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  userName: string;
  stage: ModelStage;
  /** The card. */
  description: string;
  source: string;
  runRef: string;
  runLink: string;
  tags: Record<string, string>;
  aliases: string[];
  loggedModelId: string | null;
};

/** A registered model as the MLflow protocol tells of it. */
export type ProtocolModel = {
  id: string;
  name: string;
  description: string;
  createdBy: string | null;
  createdAt: Date;
  updatedAt: Date;
  tags: Record<string, string>;
  aliases: { alias: string; version: number }[];
  /** The newest of each stage that has any. */
  latestVersions: ProtocolVersion[];
};

type Times<Row> = Omit<Row, "createdAt" | "updatedAt"> & { createdAt: string; updatedAt: string };

/** Fields of a version `v` of a model `m`, as JSON. */
const VERSION_JSON = sql`json_build_object('id', v.id, 'model', m.name, 'version', v.version, 'createdAt', v.created_at, 'updatedAt', v.updated_at,
  'userName', v.user_name, 'stage', v.stage, 'description', v.card, 'source', v.source, 'runRef', v.run_ref, 'runLink', v.run_link, 'tags', v.tags,
  'loggedModelId', v.logged_model_id, 'aliases', coalesce((select json_agg(a.alias order by a.alias) from model_alias a where a.version_id = v.id), '[]'::json))`;

/** The versions of these ids, in the order given. Rights and visibility are the caller's. */
export async function loadProtocolVersions(ctx: { db: Database | Transaction }, ids: readonly string[]): Promise<ProtocolVersion[]> {
  if (ids.length === 0) return [];
  const { rows } = await ctx.db.execute<{ row: Times<ProtocolVersion> }>(sql`
    select ${VERSION_JSON} as row from unnest(${sql.param([...ids])}::uuid[]) with ordinality as asked(id, place)
    join model_version v on v.id = asked.id join registered_model m on m.id = v.model_id order by asked.place`);
  return rows.map(({ row }) => withDates(row));
}

/** The models of these ids, in the order given. Rights and visibility are the caller's. */
export async function loadProtocolModels(ctx: { db: Database | Transaction }, ids: readonly string[]): Promise<ProtocolModel[]> {
  if (ids.length === 0) return [];
  const { rows } = await ctx.db.execute<{ row: Times<Omit<ProtocolModel, "latestVersions">> & { latestVersions: Times<ProtocolVersion>[] } }>(sql`
    select json_build_object('id', m.id, 'name', m.name, 'description', m.description, 'createdBy', m.created_by, 'createdAt', m.created_at,
      'updatedAt', m.updated_at, 'tags', m.tags,
      'aliases', coalesce((select json_agg(json_build_object('alias', a.alias, 'version', v.version) order by a.alias)
        from model_alias a join model_version v on v.id = a.version_id where a.model_id = m.id), '[]'::json),
      'latestVersions', coalesce((select json_agg(${VERSION_JSON} order by v.stage) from (
        select distinct on (w.stage) w.* from model_version w where w.model_id = m.id and w.deleted_at is null order by w.stage, w.version desc) v), '[]'::json)
    ) as row
    from unnest(${sql.param([...ids])}::uuid[]) with ordinality as asked(id, place) join registered_model m on m.id = asked.id order by asked.place`);
  return rows.map(({ row }) => ({ ...withDates(row), latestVersions: row.latestVersions.map(withDates) }));
}

/** One version. */
export async function loadProtocolVersion(ctx: CoreContext | { db: Transaction }, id: string): Promise<ProtocolVersion> {
  const [found] = await loadProtocolVersions(ctx, [id]);
  if (!found) throw new Error(`Model version ${id} vanished`);
  return found;
}

/** One model. */
export async function loadProtocolModel(ctx: CoreContext | { db: Transaction }, id: string): Promise<ProtocolModel> {
  const [found] = await loadProtocolModels(ctx, [id]);
  if (!found) throw new Error(`Registered model ${id} vanished`);
  return found;
}

function withDates<Row extends { createdAt: string; updatedAt: string }>(
  row: Row,
): Omit<Row, "createdAt" | "updatedAt"> & { createdAt: Date; updatedAt: Date } {
  return { ...row, createdAt: new Date(row.createdAt), updatedAt: new Date(row.updatedAt) };
}
