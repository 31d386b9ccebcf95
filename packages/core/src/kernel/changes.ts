import { sql } from "drizzle-orm";
import type { Database, Transaction } from "./context.ts";

/** The one channel on which changes are announced (PostgreSQL NOTIFY; delivered when the transaction commits). */
export const CHANGES_CHANNEL = "trellis_changes";

/**
 * What changed, as `<kind>:<id>`; pages subscribe to topics and read again what they show.
 * `run:<id>` `runs:<projectId>` `project:<id>` `models:<projectId>` `model-version:<id>` `change-request:<id>` `approvals`
 * `deployment:<id>` `monitor:<deploymentId>` `scaffold-task:<id>` `notifications:<userId>` `projects`.
 */
export type Topic = `${string}:${string}` | "approvals" | "projects" | "deployments";

/** Announces changes to every process of the portal and so to every open page; sent only if the transaction commits. */
export async function announce(tx: Database | Transaction, ...topics: Topic[]): Promise<void> {
  for (const topic of topics) await tx.execute(sql`select pg_notify(${CHANGES_CHANNEL}, ${topic})`);
}
