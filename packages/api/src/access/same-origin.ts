import type { Context, Next } from "hono";

/**
 * Refuses writes that another web site makes in a signed-in person's browser. Browsers send `Origin` with every write;
 * programs send none and carry a token instead of a cookie.
 */
export async function sameOriginOnly(c: Context, next: Next): Promise<Response | undefined> {
  const { method } = c.req;
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return void (await next());
  const origin = c.req.header("origin");
  if (origin && URL.canParse(origin) && new URL(origin).host === c.req.header("host")) return void (await next());
  if (!origin && !c.req.header("cookie")) return void (await next());
  return c.json({ error: { code: "FORBIDDEN", message: "This request comes from another site.", issues: [] } }, 403);
}
