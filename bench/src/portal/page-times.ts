import { ACCOUNT, type OpenPortal } from "./open-portal.ts";
import { pageKinds } from "./page-kinds.ts";

/** The first requests of a page load its code; they are not counted. */
const WARM_UPS = 3;

/** Milliseconds until the whole HTML of a page has arrived on this machine, by the name of the page; one request at a time. */
export async function pageTimes(portal: OpenPortal, samples: number): Promise<Map<string, number[]>> {
  const cookie = await sessionCookie(portal.url);
  const times = new Map<string, number[]>();
  for (const { name, path } of await pageKinds(portal)) {
    const own: number[] = [];
    for (let round = 0; round < WARM_UPS + samples; round += 1) {
      const startedAt = performance.now();
      const response = await fetch(portal.url + path, { headers: { cookie, accept: "text/html" }, redirect: "error" });
      await response.text();
      if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
      if (round >= WARM_UPS) own.push(performance.now() - startedAt);
    }
    times.set(name, own);
  }
  return times;
}

async function sessionCookie(url: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify(ACCOUNT),
  });
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  if (!response.ok || cookies.length === 0) throw new Error(`Signing in answered ${response.status}.`);
  return cookies.join("; ");
}
