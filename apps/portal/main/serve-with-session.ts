import type { Authenticator, UserActor } from "@trellis/auth";
import { Hono } from "hono";

const SCHEME = "Session ";

/**
 * Lets a signed-in person try a model from the portal's own pages: their cookie counts when the request comes from this very
 * site. Programs send tokens and never come this way.
 */
export function serveWithSession(gateway: Hono): Hono {
  return new Hono().all("*", (c) => {
    const cookie = c.req.header("cookie");
    const origin = c.req.header("origin");
    const sameSite = origin !== undefined && URL.canParse(origin) && new URL(origin).host === c.req.header("host");
    if (!cookie || !sameSite || c.req.header("authorization")) return gateway.fetch(c.req.raw, c.env);
    const headers = new Headers(c.req.raw.headers);
    headers.set("authorization", SCHEME + Buffer.from(cookie).toString("base64"));
    return gateway.fetch(new Request(c.req.raw, { headers }), c.env);
  });
}

/** The person behind an `Authorization` header, token or (from `serveWithSession`) session; null without one. */
export async function personBehind(authenticator: Authenticator, authorization: string | undefined): Promise<UserActor | null> {
  if (!authorization) return null;
  if (!authorization.startsWith(SCHEME)) return authenticator.actorOf(new Headers({ authorization }));
  return authenticator.actorOf(new Headers({ cookie: Buffer.from(authorization.slice(SCHEME.length), "base64").toString("utf8") }));
}
