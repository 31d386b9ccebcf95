import { sql } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";

/**
 * Removes for good what was deleted before a moment: the lists of files, so that their bytes can be collected, and the rows of
 * versions and models, but for those that a change request or a deployment of the past speaks of. Returns how many versions it
 * was.
 */
export async function purgeDeletedModels(ctx: CoreContext, input: { before: Date }): Promise<{ versions: number }> {
  const before = sql`${input.before.toISOString()}::timestamptz`;
  return ctx.db.transaction(async (tx) => {
    const emptied = await tx.execute<{ id: string }>(sql`
      with gone as (delete from model_version_file f using model_version v where v.id = f.version_id and v.deleted_at < ${before} returning f.version_id)
      select distinct version_id as id from gone`);
    await tx.execute(sql`delete from model_alias a using registered_model m where m.id = a.model_id and m.deleted_at < ${before}`);
    await tx.execute(sql`delete from model_version v where v.deleted_at < ${before}
      and not exists (select from change_request c where c.version_id = v.id or c.previous_version_id = v.id)
      and not exists (select from deployment d where d.desired_version_id = v.id or d.live_version_id = v.id)
      and not exists (select from deployment_revision r where r.version_id = v.id)`);
    await tx.execute(sql`delete from registered_model m where m.deleted_at < ${before}
      and not exists (select from model_version v where v.model_id = m.id)
      and not exists (select from change_request c where c.model_id = m.id) and not exists (select from deployment d where d.model_id = m.id)`);
    return { versions: emptied.rows.length };
  });
}
