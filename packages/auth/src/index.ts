import { createAccessTokens } from "./access-tokens.ts";
import { createAttemptTokens } from "./attempt-tokens.ts";
import { createAccountStore } from "./account-store.ts";
import { Authenticator } from "./authenticator.ts";
import { answerBrowser } from "./answer-browser.ts";
import { createBetterAuth } from "./create-auth.ts";
import { SignInThrottle } from "./sign-in-throttle.ts";
import type { Logger } from "@trellis/core/kernel/context.ts";
import type { Database } from "@trellis/db";

export type { AccessTokens } from "./access-tokens.ts";
export { createTokenInput } from "./access-tokens.ts";
export type { AttemptTokens } from "./attempt-tokens.ts";
export { type Authenticator, tokenOfHeader, type UserActor } from "./authenticator.ts";

export type Auth = ReturnType<typeof createAuth>;

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Everything about who people are: credentials, sessions and tokens, kept in our database by better-auth. */
export function createAuth(db: Database, secret: string, log: Logger = SILENT) {
  const betterAuth = createBetterAuth(db, secret, log);
  const authenticator = new Authenticator(betterAuth, db);
  const throttle = new SignInThrottle();
  return {
    authenticator,
    accountStore: createAccountStore(betterAuth, db, () => authenticator.forget()),
    tokens: createAccessTokens(betterAuth, authenticator, throttle),
    attemptTokens: createAttemptTokens(secret),
    /** Answers `/api/auth/…` for browsers; 404 for paths that are not open. */
    handle: (request: Request): Promise<Response> => answerBrowser({ betterAuth, authenticator, throttle, db }, request),
  };
}
