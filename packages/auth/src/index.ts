import type { Database } from "@trellis/db";
import { createAccessTokens } from "./access-tokens.ts";
import { createAccountStore } from "./account-store.ts";
import { Authenticator } from "./authenticator.ts";
import { createBetterAuth, isOpenAuthPath } from "./create-auth.ts";

export type { AccessTokens } from "./access-tokens.ts";
export { createTokenInput } from "./access-tokens.ts";
export type { Authenticator, UserActor } from "./authenticator.ts";

export type Auth = ReturnType<typeof createAuth>;

/** Everything about who people are: credentials, sessions and tokens, kept in our database by better-auth. */
export function createAuth(db: Database, secret: string) {
  const betterAuth = createBetterAuth(db, secret);
  const authenticator = new Authenticator(betterAuth, db);
  return {
    authenticator,
    accountStore: createAccountStore(betterAuth, db, () => authenticator.forget()),
    tokens: createAccessTokens(betterAuth, authenticator),
    /** Answers `/api/auth/…` for browsers; 404 for paths that are not open. */
    async handle(request: Request): Promise<Response> {
      const { pathname } = new URL(request.url);
      if (!isOpenAuthPath(pathname)) return Response.json({ message: "There is nothing here." }, { status: 404 });
      if (pathname.endsWith("/sign-out")) authenticator.forget();
      return betterAuth.handler(request);
    },
  };
}
