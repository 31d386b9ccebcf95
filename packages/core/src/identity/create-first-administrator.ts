import { user } from "@trellis/db/schema";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { asSystem, type CoreContext, type Database, type Transaction } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { AccountStoreCapability } from "./ports.ts";

export const createFirstAdministratorInput = z.object({
  name: z.string().trim().min(1, "Enter your name.").max(100),
  email: z.email("Enter an e-mail address such as ada@example.org."),
  password: z.string().min(10, "Use at least 10 characters.").max(128),
});

/**
 * Makes the first person, an administrator. Only possible while nobody exists, so that a portal never has a default
 * password. CONFLICT afterwards, also for the slower of two who ask at once.
 */
export async function createFirstAdministrator(ctx: CoreContext, input: z.infer<typeof createFirstAdministratorInput>): Promise<{ userId: string }> {
  await assertNobody(ctx.db);
  return ctx.resolve(AccountStoreCapability).createUser({ ...input, role: "admin" }, async (tx, userId) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('identity.first-administrator'))`);
    await assertNobody(tx);
    await recordAuditEvent(tx, asSystem(ctx, "Setup"), {
      action: "identity.user.create",
      subject: { kind: "user", id: userId, name: input.email },
      data: { role: "admin", first: true },
    });
  });
}

async function assertNobody(tx: Database | Transaction): Promise<void> {
  const [found] = await tx.select({ people: sql<number>`count(*)::int` }).from(user);
  if ((found?.people ?? 0) > 0) throw new CoreError("CONFLICT", "This portal already has an administrator. Sign in, or ask for an invitation.");
}
