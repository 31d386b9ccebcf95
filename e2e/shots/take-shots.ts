import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { launchChromium } from "../support/chromium.ts";
import { PortalProcess, ROOT } from "../support/portal-process.ts";
import { login } from "../support/rest.ts";
import { type ShotPage, shotPages } from "./pages.ts";

const ACCOUNT = { email: "ada.keller@meridian.example", password: "a password for pictures" };
const SIZES = [
  { name: "1440", width: 1440, height: 900 },
  { name: "390", width: 390, height: 844 },
];
const USAGE = `Photographs every page of a seeded portal into shots/, light and dark, 1440 and 390 px wide.

  npm run shots -- [--only <part of a name>] [--url <running portal> --email <address> --password <password>]

Without --url it seeds a portal of its own in a temporary folder; build the portal first (npm run build).
`;

/** Where to take the pictures, and how to let go of it afterwards. */
type Studio = { url: string; email: string; password: string; close(): Promise<void> };

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    url: { type: "string" },
    email: { type: "string", default: ACCOUNT.email },
    password: { type: "string", default: ACCOUNT.password },
    help: { type: "boolean", default: false },
  },
});
if (values.help) process.stdout.write(USAGE);
else process.exitCode = await takeShots();

async function takeShots(): Promise<number> {
  const studio = values.url ? { url: values.url, email: values.email, password: values.password, close: async () => {} } : await openStudio();
  const browser = await launchChromium();
  try {
    const token = await login(studio.url, studio.email, studio.password);
    const pages = (await shotPages(studio.url, token)).filter(({ name }) => name.includes(values.only));
    const folder = path.join(ROOT, "shots");
    if (values.only === "") await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const faults: string[] = [];
    let count = 0;
    for (const theme of ["light", "dark"] as const) {
      for (const size of SIZES) {
        const viewport = { width: size.width, height: size.height };
        const visitor = await browser.newContext({ baseURL: studio.url, colorScheme: theme, viewport });
        const member = await signedIn(browser, studio, { colorScheme: theme, viewport });
        for (const page of pages) {
          faults.push(...(await shoot(page.isPublic ? visitor : member, page, path.join(folder, `${page.name}.${theme}.${size.name}.png`))));
          count += 1;
        }
        await visitor.close();
        await member.close();
      }
    }
    for (const fault of faults) process.stderr.write(`${fault}\n`);
    process.stdout.write(`${count} pictures of ${pages.length} pages in ${folder}, ${faults.length} faults\n`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    await browser.close();
    await studio.close();
  }
}

/** A portal of its own, filled by `npm run seed`. */
async function openStudio(): Promise<Studio> {
  const portal = await PortalProcess.create();
  process.stdout.write("Seeding a portal; this takes a minute or two\n");
  const environment = { ...portal.environment, TRELLIS_ADMIN_EMAIL: ACCOUNT.email, TRELLIS_ADMIN_PASSWORD: ACCOUNT.password };
  await promisify(execFile)(process.execPath, ["packages/bootstrap/src/seed/seed.ts"], { cwd: ROOT, env: environment, maxBuffer: 64 * 1024 * 1024 });
  await portal.start();
  return { url: portal.url, ...ACCOUNT, close: () => portal.remove() };
}

async function signedIn(
  browser: Browser,
  { url, email, password }: Studio,
  options: { colorScheme: "light" | "dark"; viewport: { width: number; height: number } },
): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: url, ...options });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((address) => address.pathname !== "/sign-in");
  await page.close();
  return context;
}

/** Takes one picture of the whole page and says what went wrong on it. */
async function shoot(context: BrowserContext, { name, path: address }: ShotPage, file: string): Promise<string[]> {
  const page = await context.newPage();
  const faults: string[] = [];
  const note = (what: string): void => void faults.push(`${path.basename(file)}: ${what}`);
  page.on("console", (message) => {
    if (message.type() === "error") note(`console: ${message.text().slice(0, 300)}`);
  });
  page.on("pageerror", (error) => note(`error: ${error.message.slice(0, 300)}`));
  page.on("response", (response) => {
    if (response.status() >= 400) note(`${response.status()} ${response.url()}`);
  });
  await page.goto(address, { waitUntil: "load" });
  await settled(page).catch(() => note("still loading after 30 s"));
  const wide = await page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  if (wide > 1) note(`the page is ${wide} px wider than the screen`);
  // As tall as its content, so that what sticks to an edge of the window stands at the edge of the picture.
  const height = await page.evaluate<number>("Math.min(6000, Math.max(innerHeight, document.documentElement.scrollHeight))");
  await page.setViewportSize({ width: page.viewportSize()?.width ?? 1440, height });
  await page.waitForTimeout(150);
  await page.screenshot({ path: file, fullPage: true, animations: "disabled" });
  await page.close();
  if (faults.length === 0) return [];
  return name === "invitation-invalid" ? faults.filter((fault) => !/\b404\b/.test(fault)) : faults;
}

/** Nothing loads any more: no skeleton stands where data belongs, fonts are there, and charts have drawn themselves. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(`document.readyState === "complete" && document.querySelectorAll('[aria-busy="true"], .animate-pulse').length === 0`, undefined, {
    timeout: 30_000,
  });
  await page.evaluate("document.fonts.ready.then(() => true)");
  await page.waitForTimeout(700);
}
