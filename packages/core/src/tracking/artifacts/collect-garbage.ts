import { sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { type ArtifactStore, ArtifactStoreCapability, type ListedBlob } from "../ports.ts";

/** A blob stays at least this long after it was put and after the last thing that referred to it is gone. */
const GRACE_MS = 24 * 60 * 60 * 1000;
const BATCH = 1_000;

/**
 * Removes blobs of the artifact store that nothing refers to, and what broken uploads left. Safe beside everything else:
 * - An upload puts its bytes first and refers to them afterwards, so young blobs stay; the store itself refuses to delete bytes
 *   that were put meanwhile.
 * - A transaction may copy a reference (a version made of a run's files) while the original is deleted. Between being seen
 *   without a reference and being removed lies the same grace, longer than any transaction.
 */
export async function collectGarbage(ctx: CoreContext): Promise<{ removed: number; removedBytes: number }> {
  const store = ctx.resolve(ArtifactStoreCapability);
  const before = new Date(ctx.now().getTime() - GRACE_MS);
  await store.removeLeftovers(before);
  const result = { removed: 0, removedBytes: 0 };
  let batch: ListedBlob[] = [];
  const turn = async (): Promise<void> => {
    const removed = await collectBatch(ctx, store, batch, before);
    result.removed += removed.length;
    result.removedBytes += removed.reduce((sum, blob) => sum + blob.sizeBytes, 0);
    batch = [];
  };
  for await (const blob of store.list()) {
    if (blob.storedAt < before) batch.push(blob);
    if (batch.length >= BATCH) await turn();
  }
  await turn();
  if (result.removed > 0) ctx.log.info(result, "removed files that nothing refers to");
  return result;
}

async function collectBatch(ctx: CoreContext, store: ArtifactStore, batch: readonly ListedBlob[], before: Date): Promise<ListedBlob[]> {
  const free = new Set(
    await unreferenced(
      ctx,
      batch.map((blob) => blob.digest),
    ),
  );
  const held = batch.flatMap(({ digest }) => (free.has(digest) ? [] : [digest]));
  if (held.length > 0) await ctx.db.execute(sql`delete from unreferenced_blob where digest = any(${sql.param(held)}::text[])`);
  if (free.size === 0) return [];
  const digests = sql`${sql.param([...free])}::text[]`;
  await ctx.db.execute(
    sql`insert into unreferenced_blob (digest, since) select unnest(${digests}), ${ctx.now().toISOString()}::timestamptz on conflict do nothing`,
  );
  const { rows } = await ctx.db.execute<{ digest: string }>(
    sql`select digest from unreferenced_blob where digest = any(${digests}) and since <= ${before.toISOString()}::timestamptz`,
  );
  const due = new Set(rows.map((row) => row.digest));
  const removed: ListedBlob[] = [];
  for (const blob of batch) {
    if (!due.has(blob.digest)) continue;
    if (await store.delete(blob.digest, { unlessStoredSince: before })) removed.push(blob);
    // Gone, or wanted again: either way its time without a reference begins anew.
    await ctx.db.execute(sql`delete from unreferenced_blob where digest = ${blob.digest}`);
  }
  return removed;
}

/** Those of these digests that no row has: of files of runs, logged models and versions, of datasets, or of logs. */
async function unreferenced(ctx: CoreContext, digests: readonly string[]): Promise<string[]> {
  if (digests.length === 0) return [];
  const { rows } = await ctx.db.execute<{ digest: string }>(
    sql`select d.digest from unnest(${sql.param(digests)}::text[]) as d(digest)
      where not exists (select 1 from artifact where artifact.digest = d.digest)
        and not exists (select 1 from logged_model_file where logged_model_file.digest = d.digest)
        and not exists (select 1 from model_version_file where model_version_file.digest = d.digest)`,
  );
  if (rows.length === 0) return [];
  // These have no index, and are looked at for the few that are left.
  const { rows: elsewhere } = await ctx.db.execute<{ digest: string }>(
    sql`with left_over as (select unnest(${sql.param(rows.map((row) => row.digest))}::text[]) as digest)
      select file ->> 'digest' as digest from dataset_version, jsonb_array_elements(files) as file where file ->> 'digest' in (select digest from left_over)
      union select log_digest from attempt where log_digest in (select digest from left_over)`,
  );
  const held = new Set(elsewhere.map((row) => row.digest));
  return rows.flatMap(({ digest }) => (held.has(digest) ? [] : [digest]));
}
