import { recordAuditEvent } from "@trellis/core/audit/index.ts";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { CoreError, notFound } from "@trellis/core/kernel/errors.ts";
import { apikey, session } from "@trellis/db/schema";
import { APIError } from "better-auth/api";
import { and, desc, eq } from "drizzle-orm";
import { z } from "zod";
import type { Authenticator, UserActor } from "./authenticator.ts";
import { type BetterAuth, DISABLED_MESSAGE } from "./create-auth.ts";
import type { SignInThrottle } from "./sign-in-throttle.ts";

export const createTokenInput = z.object({
  name: z.string().trim().min(1, "Name the token after what uses it.").max(32, "Use at most 32 characters."),
  expiresInDays: z.number().int().min(1).max(365).default(90),
});

export type AccessTokens = ReturnType<typeof createAccessTokens>;

/** Personal access tokens of the acting person: made (the token is shown once), listed, revoked. */
export function createAccessTokens(auth: BetterAuth, authenticator: Authenticator, throttle: SignInThrottle) {
  return {
    async create(ctx: CoreContext, input: z.input<typeof createTokenInput>): Promise<{ id: string; token: string; expiresAt: Date | null }> {
      const owner = requirePerson(ctx);
      const { name, expiresInDays } = createTokenInput.parse(input);
      const made = await auth.api.createApiKey({ body: { name, userId: owner.userId, expiresIn: expiresInDays * 86_400 } });
      await recordAuditEvent(ctx.db, ctx, { action: "identity.token.create", subject: { kind: "token", id: made.id, name } });
      return { id: made.id, token: made.key, expiresAt: made.expiresAt };
    },

    async list(ctx: CoreContext) {
      const owner = requirePerson(ctx);
      return ctx.db
        .select({
          id: apikey.id,
          name: apikey.name,
          start: apikey.start,
          lastRequest: apikey.lastRequest,
          expiresAt: apikey.expiresAt,
          createdAt: apikey.createdAt,
        })
        .from(apikey)
        .where(and(eq(apikey.referenceId, owner.userId), eq(apikey.enabled, true)))
        .orderBy(desc(apikey.createdAt))
        .limit(200);
    },

    async revoke(ctx: CoreContext, input: { id: string }): Promise<void> {
      const owner = requirePerson(ctx);
      const [row] = await ctx.db
        .update(apikey)
        .set({ enabled: false })
        .where(and(eq(apikey.id, input.id), eq(apikey.referenceId, owner.userId)))
        .returning({ id: apikey.id, name: apikey.name });
      if (!row) throw notFound("Token", input.id);
      await recordAuditEvent(ctx.db, ctx, { action: "identity.token.revoke", subject: { kind: "token", id: row.id, name: row.name ?? "" } });
      authenticator.forget();
    },

    /**
     * Exchanges e-mail and password for a token: what `trellis login` does. UNAUTHENTICATED when they do not match,
     * UNAVAILABLE after too many wrong ones.
     */
    async signIn(ctx: CoreContext, input: { email: string; password: string; tokenName: string }): Promise<{ token: string; actor: UserActor }> {
      const email = input.email.toLowerCase();
      const wait = throttle.waitSeconds(email, Date.now());
      if (wait > 0) throw new CoreError("UNAVAILABLE", `Too many wrong passwords for this address. Try again in ${wait} seconds.`);
      const signedIn = await auth.api.signInEmail({ body: { email, password: input.password } }).catch((error: unknown) => refusalOf(error));
      throttle.note(email, signedIn ? "right" : "wrong", Date.now());
      if (!signedIn) throw new CoreError("UNAUTHENTICATED", "E-mail or password is wrong.");
      // The token is what was asked for; the session behind it would outlive its use.
      await ctx.db.delete(session).where(eq(session.token, signedIn.token));
      const person = await authenticator.actorOfUser(signedIn.user.id);
      if (!person) throw new CoreError("UNAUTHENTICATED", DISABLED_MESSAGE);
      const { token } = await this.create({ ...ctx, actor: person }, { name: input.tokenName });
      return { token, actor: person };
    },
  };
}

function requirePerson(ctx: CoreContext): UserActor {
  if (ctx.actor.kind !== "user") throw new CoreError("FORBIDDEN", "Only people have access tokens.");
  return ctx.actor;
}

/** null for wrong credentials; anything else (a closed account, a fault) is thrown on. */
function refusalOf(error: unknown): null {
  if (error instanceof APIError && error.statusCode === 401) return null;
  if (error instanceof APIError && error.statusCode === 403) throw new CoreError("UNAUTHENTICATED", DISABLED_MESSAGE, { cause: error });
  throw error;
}
