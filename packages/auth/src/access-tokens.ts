import { recordAuditEvent } from "@trellis/core/audit/index.ts";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { CoreError, notFound } from "@trellis/core/kernel/errors.ts";
import { apikey } from "@trellis/db/schema";
import { and, desc, eq } from "drizzle-orm";
import { z } from "zod";
import type { Authenticator, UserActor } from "./authenticator.ts";
import type { BetterAuth } from "./create-auth.ts";

export const createTokenInput = z.object({
  name: z.string().trim().min(1, "Name the token after what uses it.").max(32, "Use at most 32 characters."),
  expiresInDays: z.number().int().min(1).max(365).default(90),
});

export type AccessTokens = ReturnType<typeof createAccessTokens>;

/** Personal access tokens of the acting person: made (the token is shown once), listed, revoked. */
export function createAccessTokens(auth: BetterAuth, authenticator: Authenticator) {
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
        .select({ id: apikey.id, name: apikey.name, start: apikey.start, lastRequest: apikey.lastRequest, expiresAt: apikey.expiresAt, createdAt: apikey.createdAt })
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

    /** Exchanges e-mail and password for a token: what `trellis login` does. UNAUTHENTICATED when they do not match. */
    async signIn(ctx: CoreContext, input: { email: string; password: string; tokenName: string }): Promise<{ token: string; actor: UserActor }> {
      const signedIn = await auth.api.signInEmail({ body: { email: input.email.toLowerCase(), password: input.password } }).catch(() => null);
      if (!signedIn) throw new CoreError("UNAUTHENTICATED", "E-mail or password is wrong.");
      const person = await authenticator.actorOfUser(signedIn.user.id);
      if (!person) throw new CoreError("UNAUTHENTICATED", "This account is disabled.");
      const { token } = await this.create({ ...ctx, actor: person }, { name: input.tokenName });
      return { token, actor: person };
    },
  };
}

function requirePerson(ctx: CoreContext): UserActor {
  if (ctx.actor.kind !== "user") throw new CoreError("FORBIDDEN", "Only people have access tokens.");
  return ctx.actor;
}
