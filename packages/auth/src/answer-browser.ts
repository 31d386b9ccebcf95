import { recordAuditEvent } from "@trellis/core/audit/index.ts";
import type { Database } from "@trellis/db";
import type { Authenticator } from "./authenticator.ts";
import { type BetterAuth, isOpenAuthPath } from "./create-auth.ts";
import type { SignInThrottle } from "./sign-in-throttle.ts";

type Doorkeeper = { betterAuth: BetterAuth; authenticator: Authenticator; throttle: SignInThrottle; db: Database };

/** Answers a request below `/api/auth`: sign-in, sign-out, session, change of password; 404 for all else. */
export async function answerBrowser(keeper: Doorkeeper, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!isOpenAuthPath(pathname)) return Response.json({ message: "There is nothing here." }, { status: 404 });
  if (pathname.endsWith("/sign-in/email")) return markSecure(request, await signIn(keeper, request));
  if (pathname.endsWith("/change-password")) return markSecure(request, await changePassword(keeper, request));
  const response = await keeper.betterAuth.handler(request);
  // Afterwards: a request that runs meanwhile would have it remembered again.
  if (pathname.endsWith("/sign-out")) keeper.authenticator.forget();
  return markSecure(request, response);
}

async function signIn({ betterAuth, throttle }: Doorkeeper, request: Request): Promise<Response> {
  const address = await addressIn(request.clone());
  const wait = throttle.waitSeconds(address, Date.now());
  if (wait > 0) return tooMany(wait);
  const response = await betterAuth.handler(request);
  if (response.ok) throttle.note(address, "right", Date.now());
  else if (response.status === 401) throttle.note(address, "wrong", Date.now());
  return response;
}

/** Guessing the old password of an open session counts like guessing at the door. */
async function changePassword({ betterAuth, authenticator, throttle, db }: Doorkeeper, request: Request): Promise<Response> {
  const actor = await authenticator.actorOf(request.headers);
  if (!actor) return Response.json({ message: "Sign in first." }, { status: 401 });
  const wait = throttle.waitSeconds(actor.email, Date.now());
  if (wait > 0) return tooMany(wait);
  const response = await betterAuth.handler(request);
  authenticator.forget();
  throttle.note(actor.email, response.ok ? "right" : "wrong", Date.now());
  if (response.ok) {
    await recordAuditEvent(
      db,
      { actor, now: () => new Date() },
      { action: "identity.password.change", subject: { kind: "user", id: actor.userId, name: actor.email } },
    );
  }
  return response;
}

async function addressIn(request: Request): Promise<string> {
  const body: unknown = await request.json().catch(() => null);
  return typeof body === "object" && body !== null && "email" in body && typeof body.email === "string" ? body.email : "";
}

function tooMany(wait: number): Response {
  return Response.json(
    { message: `Too many wrong passwords for this address. Try again in ${wait} seconds.` },
    { status: 429, headers: { "retry-after": String(wait) } },
  );
}

/** Cookies of a session that came by TLS never leave it; over plain HTTP browsers would drop cookies marked so. */
function markSecure(request: Request, response: Response): Response {
  const isTls = new URL(request.url).protocol === "https:" || request.headers.get("x-forwarded-proto") === "https";
  const cookies = response.headers.getSetCookie();
  if (!isTls || cookies.length === 0) return response;
  const headers = new Headers(response.headers);
  headers.delete("set-cookie");
  for (const cookie of cookies) headers.append("set-cookie", /;\s*secure/i.test(cookie) ? cookie : `${cookie}; Secure`);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
