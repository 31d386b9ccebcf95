import type { AccountStore } from "@trellis/core/identity/index.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { newId } from "@trellis/core/kernel/ids.ts";
import type { Database } from "@trellis/db";
import { account, apikey, session, user } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import type { BetterAuth } from "./create-auth.ts";

/** Keeps people's credentials where better-auth finds them. `forget` drops cached sign-ins. */
export function createAccountStore(auth: BetterAuth, db: Database, forget: () => void): AccountStore {
  return {
    async createUser({ name, email, password, role }, alongside) {
      const { password: passwords } = await auth.$context;
      const hash = await passwords.hash(password);
      const [userId, now, address] = [newId(), new Date(), email.toLowerCase()];
      try {
        await db.transaction(async (tx) => {
          await alongside?.(tx, userId);
          await tx.insert(user).values({ id: userId, name, email: address, emailVerified: true, role, createdAt: now, updatedAt: now });
          await tx.insert(account).values({ id: newId(), accountId: userId, providerId: "credential", userId, password: hash, createdAt: now, updatedAt: now });
        });
      } catch (error) {
        if (!isTakenAddress(error)) throw error;
        throw new CoreError("CONFLICT", `${address} already has an account.`, { issues: [{ path: "email", message: "This address is taken." }], cause: error });
      }
      return { userId };
    },
    async revokeAccess(userId) {
      await db.transaction(async (tx) => {
        await tx.delete(session).where(eq(session.userId, userId));
        await tx.update(apikey).set({ enabled: false }).where(eq(apikey.referenceId, userId));
      });
      forget();
    },
    forgetSignIns: forget,
  };
}

function isTakenAddress(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return typeof cause === "object" && cause !== null && "constraint" in cause && cause.constraint === "user_email_unique";
}
