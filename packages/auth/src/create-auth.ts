import { apiKey } from "@better-auth/api-key";
import type { Logger } from "@trellis/core/kernel/context.ts";
import type { Database } from "@trellis/db";
import * as schema from "@trellis/db/schema";
import { betterAuth } from "better-auth";
import { APIError } from "better-auth/api";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { eq } from "drizzle-orm";

/** Personal access tokens begin with this, so that scanners and people recognise them. */
export const TOKEN_PREFIX = "trl_";

export const DISABLED_MESSAGE = "This account is disabled. Ask an administrator to open it again.";

/** Paths of better-auth that browsers may call; everything else it offers is reachable from the server only. */
const OPEN_PATHS = new Set(["/api/auth/sign-in/email", "/api/auth/sign-out", "/api/auth/get-session", "/api/auth/change-password"]);

/** Builds better-auth on our database: passwords, sessions and personal access tokens. `secret`: 32 or more random characters. */
export function createBetterAuth(db: Database, secret: string, log: Logger) {
  return betterAuth({
    appName: "Trellis",
    secret,
    // The portal answers under whatever host it was reached by and sends no links, so this address is never used; without one
    // the first request would set it for everybody.
    baseURL: "http://trellis.invalid",
    basePath: "/api/auth",
    telemetry: { enabled: false },
    logger: { level: "warn", log: (level, message) => writeLog(log, level, message) },
    database: drizzleAdapter(db, { provider: "pg", schema }),
    // Requests from other sites are refused. Behind a proxy that ends TLS the browser's origin is https while ours is http.
    trustedOrigins: async (request) => (request ? originsOf(new URL(request.url).host) : []),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 128 },
    session: { expiresIn: 30 * 86_400, updateAge: 86_400 },
    user: {
      additionalFields: {
        role: { type: "string", input: false, required: false },
        disabledAt: { type: "date", input: false, required: false },
      },
    },
    databaseHooks: { session: { create: { before: (session) => refuseDisabled(db, session.userId) } } },
    // Its limits count by a header that any sender can set, or everybody together; ours (`SignInThrottle`) by address.
    rateLimit: { enabled: false },
    advanced: { useSecureCookies: false },
    plugins: [
      apiKey({
        defaultPrefix: TOKEN_PREFIX,
        rateLimit: { enabled: false },
        keyExpiration: { minExpiresIn: 0, maxExpiresIn: 366 },
        enableMetadata: false,
      }),
    ],
  });
}

export type BetterAuth = ReturnType<typeof createBetterAuth>;

/** True when a browser may call this path of better-auth. */
export function isOpenAuthPath(path: string): boolean {
  return OPEN_PATHS.has(path);
}

function originsOf(host: string): string[] {
  return [`http://${host}`, `https://${host}`];
}

async function refuseDisabled(db: Database, userId: string): Promise<void> {
  const [row] = await db.select({ disabledAt: schema.user.disabledAt }).from(schema.user).where(eq(schema.user.id, userId));
  if (row?.disabledAt) throw new APIError("FORBIDDEN", { message: DISABLED_MESSAGE });
}

/** Only the sentence is kept: what better-auth passes along may hold addresses and tokens. */
function writeLog(log: Logger, level: string, message: string): void {
  if (level === "error" || level === "warn") log.warn({}, `sign-in: ${message.split("\n", 1)[0] ?? ""}`);
}
