import type { AccountStore } from "@trellis/core/identity/index.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { Database } from "@trellis/db";
import { apikey, session } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import type { BetterAuth } from "./create-auth.ts";

/** Keeps people's credentials in better-auth. `forget` drops cached sign-ins of a person. */
export function createAccountStore(auth: BetterAuth, db: Database, forget: () => void): AccountStore {
  return {
    async createUser({ name, email, password, role }) {
      const context = await auth.$context;
      const address = email.toLowerCase();
      if (await context.internalAdapter.findUserByEmail(address)) {
        throw new CoreError("CONFLICT", `${address} already has an account.`, { issues: [{ path: "email", message: "This address is taken." }] });
      }
      const hash = await context.password.hash(password);
      const user = await context.internalAdapter.createUser({ name, email: address, emailVerified: true, role }, { method: "email-password" });
      await context.internalAdapter.linkAccount({ userId: user.id, providerId: "credential", accountId: user.id, password: hash });
      return { userId: user.id };
    },
    async revokeAccess(userId) {
      await db.delete(session).where(eq(session.userId, userId));
      await db.update(apikey).set({ enabled: false }).where(eq(apikey.referenceId, userId));
      forget();
    },
  };
}
