import { sql } from "drizzle-orm";
import type { Transaction } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";

/**
 * PRECONDITION_FAILED, naming where, while a model or one version of it answers somewhere, is to answer, or is waited for by an
 * open change request. `what` ends the sentence "… cannot", e.g. `be deleted`.
 */
export async function refuseWhileDeployed(tx: Transaction, subject: { modelId: string; versionId?: string; name: string; what: string }): Promise<void> {
  const { modelId, versionId = null } = subject;
  const { rows } = await tx.execute<{ place: string; request: number | null }>(sql`
    (select d.name as place, null::int as request from deployment d where d.model_id = ${modelId} and d.lifecycle = 'active'
      and (${versionId}::uuid is null or d.live_version_id = ${versionId}::uuid or d.desired_version_id = ${versionId}::uuid) order by d.name limit 1)
    union all
    (select c.deployment_name, c.number from change_request c where c.model_id = ${modelId} and c.status in ('open', 'approved', 'committed')
      and (${versionId}::uuid is null or c.version_id = ${versionId}::uuid) order by c.number limit 1)`);
  const [found] = rows;
  if (!found) return;
  throw new CoreError(
    "PRECONDITION_FAILED",
    found.request === null
      ? `${subject.name} is deployed as ${found.place}, so it cannot ${subject.what}. Remove the deployment, or deploy another version, first.`
      : `${subject.name} waits in change request CR-${found.request} to be deployed as ${found.place}, so it cannot ${subject.what}. Withdraw the request first.`,
  );
}
