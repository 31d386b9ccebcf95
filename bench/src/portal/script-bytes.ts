import { existsSync } from "node:fs";
import { chromium, type Page } from "@playwright/test";
import { ACCOUNT, type OpenPortal } from "./open-portal.ts";
import { pageKinds } from "./page-kinds.ts";

const CHROMIUM = process.env["CHROMIUM"] ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => existsSync(file));
/** Scripts that come this long after the last one belong to what a person does next. */
const QUIET_MS = 1_500;

/**
 * Bytes of JavaScript, as they came over the wire, that the first load of each page takes with an empty cache. What the links on
 * the page would fetch ahead is for other pages; those requests (they carry `_rsc`) are refused, so that their code does not count.
 */
export async function scriptBytes(portal: OpenPortal): Promise<{ name: string; bytes: number; hasCharts: boolean }[]> {
  const browser = await chromium.launch({
    ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  try {
    const signIn = await browser.newContext({ baseURL: portal.url });
    await signIn.request.post("/api/auth/sign-in/email", { data: ACCOUNT, headers: { origin: portal.url } });
    const storageState = await signIn.storageState();
    const measuredPages: { name: string; bytes: number; hasCharts: boolean }[] = [];
    for (const { name, path, hasCharts } of await pageKinds(portal)) {
      const context = await browser.newContext({ baseURL: portal.url, storageState });
      measuredPages.push({ name, hasCharts, bytes: await loadAndCount(await context.newPage(), path) });
      await context.close();
    }
    return measuredPages;
  } finally {
    await browser.close();
  }
}

async function loadAndCount(page: Page, path: string): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  const scripts = new Set<string>();
  let bytes = 0;
  let lastAt = performance.now();
  session.on("Network.responseReceived", ({ requestId, type }) => {
    if (type === "Script") scripts.add(requestId);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (!scripts.has(requestId)) return;
    bytes += encodedDataLength;
    lastAt = performance.now();
  });
  await page.route(
    (url) => url.searchParams.has("_rsc"),
    (route) => route.abort(),
  );
  await page.goto(path, { waitUntil: "load" });
  while (performance.now() - lastAt < QUIET_MS) await page.waitForTimeout(100);
  return bytes;
}
