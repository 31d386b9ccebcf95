import { createHash } from "node:crypto";
import { ROLES, type Actor } from "@trellis/core/kernel/context.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { Database } from "@trellis/db";
import { user } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { type BetterAuth, TOKEN_PREFIX } from "./create-auth.ts";
import { SignInCache } from "./sign-in-cache.ts";

export type UserActor = Extract<Actor, { kind: "user" }>;

/** Finds out who sends a request: by session cookie, `Authorization: Bearer <token>` or Basic with the token as password. */
export class Authenticator {
  private readonly cache = new SignInCache<UserActor | null>();
  private readonly auth: BetterAuth;
  private readonly db: Database;

  constructor(auth: BetterAuth, db: Database) {
    this.auth = auth;
    this.db = db;
  }

  /** The person, or null without credentials. UNAUTHENTICATED when a token is given but wrong, expired or revoked. */
  async actorOf(headers: Headers): Promise<UserActor | null> {
    const token = tokenOfHeader(headers.get("authorization"));
    if (token !== null) return this.actorOfToken(token);
    const cookie = headers.get("cookie");
    return cookie?.includes("session_token") ? this.actorOfSession(headers, cookie) : null;
  }

  /** The owner of a personal access token. UNAUTHENTICATED with the reason otherwise. */
  async actorOfToken(token: string): Promise<UserActor> {
    const key = digest(`token:${token}`);
    const cached = this.cache.get(key, Date.now());
    if (cached) return cached;
    if (!token.startsWith(TOKEN_PREFIX)) throw badToken(`Tokens of this portal begin with ${TOKEN_PREFIX}.`);
    const verified = await this.auth.api.verifyApiKey({ body: { key: token } });
    if (!verified.valid || !verified.key) throw badToken(tokenProblem(verified.error?.code));
    const actor = await this.actorOfUser(verified.key.referenceId);
    if (!actor) throw badToken("Its owner's account is disabled.");
    this.cache.set(key, actor, Date.now());
    return actor;
  }

  /** Forgets what is remembered, e.g. after a token was revoked or a role changed. */
  forget(): void {
    this.cache.clear();
  }

  private async actorOfSession(headers: Headers, cookie: string): Promise<UserActor | null> {
    const key = digest(`cookie:${cookie}`);
    const cached = this.cache.get(key, Date.now());
    if (cached !== undefined) return cached;
    const found = await this.auth.api.getSession({ headers });
    const actor = found ? await this.actorOfUser(found.user.id) : null;
    this.cache.set(key, actor, Date.now());
    return actor;
  }

  /** The person of this id, or null when there is none or the account is disabled. */
  async actorOfUser(userId: string): Promise<UserActor | null> {
    const [row] = await this.db.select().from(user).where(eq(user.id, userId));
    if (!row || row.disabledAt) return null;
    const role = ROLES.find((candidate) => candidate === row.role) ?? "viewer";
    return { kind: "user", userId: row.id, name: row.name, email: row.email, role };
  }
}

/** The token in an `Authorization` header: that of Bearer, or the password of Basic; null when it is neither. */
export function tokenOfHeader(authorization: string | null): string | null {
  if (!authorization) return null;
  const [scheme = "", value = ""] = authorization.split(" ", 2);
  if (scheme.toLowerCase() === "bearer") return value.trim();
  if (scheme.toLowerCase() !== "basic") return null;
  const pair = Buffer.from(value, "base64").toString("utf8");
  return pair.slice(pair.indexOf(":") + 1);
}

function badToken(reason: string): CoreError {
  return new CoreError("UNAUTHENTICATED", `The access token was refused. ${reason} Make a new one under Settings, Access tokens, or with: trellis login`);
}

function tokenProblem(code: string | undefined): string {
  if (code === "KEY_EXPIRED") return "It has expired.";
  if (code === "KEY_DISABLED") return "It has been revoked.";
  return "It is not known here: it may have expired long ago, or be of another portal.";
}

function digest(value: string): string {
  return createHash("sha256").update(value).digest("base64url");
}
