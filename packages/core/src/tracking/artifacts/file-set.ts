import { type SQL, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { foldersOf } from "../domain/artifact-path.ts";

/** The rows of the files of one run or logged model, as `f`: what stands behind `from`, with a condition that more can be added to. */
export type FileSet = SQL;

/** All files of a run: what its steps left and what clients sent. */
export const filesOfRun = (runId: string): FileSet => sql`artifact f where f.run_id = ${runId}::uuid`;

export const filesOfLoggedModel = (modelId: string): FileSet => sql`logged_model_file f where f.model_id = ${modelId}::uuid`;

/** A file, or a folder with its name. `path` is from the root of the run or model. */
export type FileEntry = { path: string; name: string; isDirectory: boolean; /** Null for a folder. */ sizeBytes: number | null };

export type FilePage = { items: FileEntry[]; nextCursor: string | null };

export type StoredFile = { path: string; digest: string; sizeBytes: number };

/** Condition: with this path. Bytewise, as the index of a run's files is. */
export function at(path: string): SQL {
  return sql`f.path collate "C" = ${path}`;
}

/** Condition: below this folder (empty = anywhere). Bytewise, `0` is what follows `/`. */
export function below(folder: string): SQL {
  return folder === "" ? sql`true` : sql`f.path collate "C" > ${`${folder}/`} and f.path collate "C" < ${`${folder}0`}`;
}

/** What lies directly in a folder, bytewise by name; `after` is the last name of the page before. A file, or nothing, holds nothing. */
export async function listFolder(db: Database, files: FileSet, query: { folder: string; after: string | null; limit: number }): Promise<FilePage> {
  const { folder, after, limit } = query;
  const prefix = folder === "" ? "" : `${folder}/`;
  // Where one step left a file and another a folder of its name, the folder is shown: a client could not keep both.
  const { rows } = await db.execute<{ name: string; isDirectory: boolean; sizeBytes: string | null }>(
    sql`with inside as (select substr(f.path, char_length(${prefix}::text) + 1) as rest, f.size_bytes, f.created_at, f.digest from ${files} and ${below(folder)}),
        entry as (
          select distinct split_part(rest, '/', 1) as name, true as folder, null::bigint as size_bytes from inside where strpos(rest, '/') > 0
          union all
          select * from (select distinct on (rest) rest, false, size_bytes from inside where strpos(rest, '/') = 0 order by rest, created_at desc, digest) newest)
      select name, bool_or(folder) as "isDirectory", max(size_bytes) as "sizeBytes" from entry
      where ${after === null ? sql`true` : sql`name collate "C" > ${after}`}
      group by name order by name collate "C" limit ${limit + 1}`,
  );
  const items = rows
    .slice(0, limit)
    .map(({ name, isDirectory, sizeBytes }) => ({ path: prefix + name, name, isDirectory, sizeBytes: isDirectory ? null : Number(sizeBytes) }));
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.name ?? null) : null };
}

/** The newest file with this path; null without one. */
export async function findFile(db: Database, files: FileSet, path: string): Promise<StoredFile | null> {
  const { rows } = await db.execute<{ digest: string; sizeBytes: string }>(
    sql`select f.digest, f.size_bytes as "sizeBytes" from ${files} and ${at(path)} order by f.created_at desc, f.digest limit 1`,
  );
  const [row] = rows;
  return row ? { path, digest: row.digest, sizeBytes: Number(row.sizeBytes) } : null;
}

/**
 * Lets nobody else change files of this run or model until the transaction ends, and sees that the path can be taken: no file
 * may lie where another needs a folder. INVALID names the two.
 */
export async function takePath(tx: Transaction, files: FileSet, ownerId: string, path: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`files ${ownerId}`}, 0))`);
  const folders = foldersOf(path);
  const { rows } = await tx.execute<{ path: string }>(
    sql`select f.path from ${files} and f.path collate "C" = any(${sql.param(folders)}::text[]) union all (select f.path from ${files} and ${below(path)} limit 1) limit 1`,
  );
  const [other] = rows;
  if (!other) return;
  throw new CoreError(
    "INVALID",
    other.path.length > path.length ? `${path} is a folder: it holds ${other.path}.` : `${other.path} is a file, so nothing can lie in it.`,
  );
}
