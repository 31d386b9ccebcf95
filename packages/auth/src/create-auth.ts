import { apiKey } from "@better-auth/api-key";
import type { Database } from "@trellis/db";
import * as schema from "@trellis/db/schema";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";

/** Personal access tokens begin with this, so that scanners and people recognise them. */
export const TOKEN_PREFIX = "trl_";

/** Paths of better-auth that browsers may call; everything else it offers is reachable from the server only. */
const OPEN_PATHS = new Set(["/api/auth/sign-in/email", "/api/auth/sign-out", "/api/auth/get-session", "/api/auth/change-password"]);

/** Builds better-auth on our database: passwords, sessions and personal access tokens. `secret`: 32 or more random characters. */
export function createBetterAuth(db: Database, secret: string) {
  return betterAuth({
    appName: "Trellis",
    secret,
    basePath: "/api/auth",
    telemetry: { enabled: false },
    database: drizzleAdapter(db, { provider: "pg", schema }),
    // Requests from other origins are refused; the portal answers under whatever host it was reached by.
    trustedOrigins: async (request) => (request ? [new URL(request.url).origin] : []),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 128 },
    session: { expiresIn: 30 * 86_400, updateAge: 86_400 },
    user: {
      additionalFields: {
        role: { type: "string", input: false, required: false },
        disabledAt: { type: "date", input: false, required: false },
      },
    },
    rateLimit: { enabled: true, window: 60, max: 300, customRules: { "/sign-in/email": { window: 60, max: 60 } } },
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
