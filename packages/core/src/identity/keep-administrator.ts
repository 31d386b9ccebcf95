import { user } from "@trellis/db/schema";
import { and, asc, eq, isNull } from "drizzle-orm";
import type { Transaction } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";

/**
 * Throws PRECONDITION_FAILED if nobody could administer the portal without this person. Locks all administrators until the
 * transaction ends, so that two of them cannot put each other out at the same moment.
 */
export async function keepAnAdministrator(tx: Transaction, person: { id: string; name: string }): Promise<void> {
  const administrators = await tx
    .select({ id: user.id })
    .from(user)
    .where(and(eq(user.role, "admin"), isNull(user.disabledAt)))
    .orderBy(asc(user.id))
    .for("update");
  if (administrators.some(({ id }) => id !== person.id)) return;
  if (administrators.length === 0) return;
  throw new CoreError("PRECONDITION_FAILED", `${person.name} is the only administrator. Make someone else an administrator first.`);
}
