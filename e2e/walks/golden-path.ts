import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type Browser, expect, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { createAdministrator, invite, type Person } from "../support/people.ts";
import type { PortalProcess } from "../support/portal-process.ts";
import { login, rest } from "../support/rest.ts";
import { GIT_ENVIRONMENT, runProgram } from "../support/run-program.ts";

export const PROJECT = "flight-delays";
export const DEPLOYMENT = `${PROJECT}-production`;
const RUN_MS = 240_000;
const LIVE_MS = 120_000;

export type People = { administrator: Person; scientist: Person; approver: Person };

/** Point 2: the first administrator, and two people with different roles. */
export async function meetPeople(browser: Browser, portal: PortalProcess): Promise<People> {
  const administrator = await createAdministrator(browser, portal.url);
  await expectAccessible(administrator.page, "home of a new portal");
  const scientist = await invite(browser, portal.url, administrator.page, { name: "Dana Scientist", email: "dana@example.org", role: "Data scientist" });
  const approver = await invite(browser, portal.url, administrator.page, { name: "Rao Approver", email: "rao@example.org", role: "Approver" });
  await expectAccessible(administrator.page, "people");
  return { administrator, scientist, approver };
}

/** Point 3, up to the press of Create: the form, its inline errors, and every file before it exists. */
export async function askForProject(page: Page): Promise<void> {
  await page.goto("/create");
  await expectAccessible(page, "templates");
  await page.getByRole("link", { name: "Use this template" }).click();
  const name = page.getByLabel("Name", { exact: false }).first();
  await name.fill("Flight Delays");
  await name.blur();
  await expect(page.getByText("lower case letters, digits").last()).toBeVisible();
  await name.fill(PROJECT);
  await expect(page.getByText("Free", { exact: true })).toBeVisible();
  await expectAccessible(page, "the form of the wizard");
  await page.getByRole("button", { name: "Review files" }).click();
  await expect(page.getByText(`project: ${PROJECT}`).first()).toBeVisible();
  await expectAccessible(page, "the review of the wizard");
  await page.getByRole("button", { name: `Create ${PROJECT}` }).click();
  await expect(page).toHaveURL(/\/create\/tasks\//);
}

/** Point 3, to its end: all steps done, project there. */
export async function seeProject(page: Page): Promise<void> {
  await expect(page.getByRole("link", { name: "Open project" })).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page, "the creation");
  await page.getByRole("link", { name: "Open project" }).click();
  await expect(page).toHaveURL(new RegExp(`/projects/${PROJECT}$`));
  await expect(page.getByText("Maturity")).toBeVisible();
}

/** A name that is taken is said so while typing. */
export async function nameIsTaken(page: Page): Promise<void> {
  await page.goto("/create/tabular-model");
  await page.getByLabel("Name", { exact: false }).first().fill(PROJECT);
  await expect(page.getByText(/taken|exists/).first()).toBeVisible();
}

/** Point 4: the run's page while it runs, and its end. */
export async function watchRun(page: Page, number: number): Promise<void> {
  await page.goto(`/projects/${PROJECT}/runs/${number}`);
  await expect(page.getByRole("heading", { name: `Run ${number}` })).toBeVisible();
  await expect(page.getByText(/Registered flight-delays version/)).toBeVisible({ timeout: RUN_MS });
  await page.goto(`/projects/${PROJECT}/runs/${number}?step=train`);
  await expect(
    page
      .getByRole("log")
      .or(page.getByLabel(/Log of train/))
      .first(),
  ).toBeVisible();
  await expectAccessible(page, "a run");
  await page.goto(`/projects/${PROJECT}/runs/${number}?step=train&tab=metrics`);
  await expect(
    page
      .getByRole("table", { name: "Metrics" })
      .or(page.getByRole("grid", { name: "Metrics" }))
      .first(),
  ).toBeVisible();
}

/** Points 5 and 6: the version, and asking for its deployment; the one who asks cannot approve. */
export async function askForDeployment(page: Page, version: number): Promise<string> {
  await page.goto("/models");
  await expect(page.getByRole("link", { name: PROJECT }).first()).toBeVisible();
  await expectAccessible(page, "the model catalogue");
  await page.goto(`/models/${PROJECT}`);
  await expectAccessible(page, "a model");
  await page.goto(`/models/${PROJECT}/versions/${version}`);
  await expect(page.getByText("sha256:").first()).toBeVisible();
  await expectAccessible(page, "a model version");
  await page.getByRole("button", { name: "Deploy" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("The first model of flight delays.");
  await dialog.getByRole("button", { name: "Deploy to production" }).click();
  await expect(page).toHaveURL(/\/approvals\/\d+$/);
  await expect(page.getByText(/version: 1|version: \d/).first()).toBeVisible();
  await expect(page.getByText(/cannot approve|asked for (it|this)/).first()).toBeVisible();
  await expect(page.getByRole("button", { name: /Approve and deploy/ })).toHaveCount(0);
  await expectAccessible(page, "a change request as its author");
  return new URL(page.url()).pathname.split("/").at(-1) ?? "";
}

/** Point 6: someone else looks and approves. */
export async function approve(page: Page, number: string): Promise<void> {
  await page.goto("/approvals");
  await page.getByRole("link", { name: `CR-${number}` }).click();
  await expectAccessible(page, "a change request as its approver");
  const button = page.getByRole("button", { name: /Approve and deploy/ });
  await expect(button).toBeEnabled();
  await button.click();
  await expect(button).toHaveCount(0);
}

/** Point 7: the request is applied and the deployment healthy with this version. */
export async function seeLive(page: Page, number: string, version: number): Promise<void> {
  await page.goto(`/approvals/${number}`);
  await expect(page.getByText("Applied", { exact: true }).first()).toBeVisible({ timeout: LIVE_MS });
  await page.goto(`/deployments/${DEPLOYMENT}`);
  await expect(page.getByText("Healthy", { exact: true }).first()).toBeVisible({ timeout: LIVE_MS });
  await expect(page.getByRole("link", { name: `v${version}`, exact: true }).first()).toBeVisible();
  await expectAccessible(page, "a deployment");
}

type Example = { example: { infer: { inputs: { name: string; datatype: string; data: unknown[] }[] }; invocations: object } };

/** Point 7: the model answers programs, and refuses what does not fit its signature, by name. */
export async function callModel(portal: PortalProcess, token: string): Promise<void> {
  const { example } = await rest<Example>(portal.url, token, "GET", `/deployments/${DEPLOYMENT}`);
  const base = `${portal.url}/serve/${DEPLOYMENT}`;
  const post = (address: string, body: unknown, bearer: string | null = token) =>
    fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) },
      body: JSON.stringify(body),
    });
  const infer = `${base}/v2/models/${PROJECT}/infer`;

  const answered = await post(infer, example.infer);
  expect(answered.status, await answered.clone().text()).toBe(200);
  const { outputs } = (await answered.json()) as { outputs: { name: string; data: number[] }[] };
  expect(outputs.find((output) => output.name === "probability")?.data[0]).toBeGreaterThan(0);
  expect((await post(`${base}/invocations`, example.invocations)).status).toBe(200);

  const [first, ...rest_] = example.infer.inputs;
  const missing = await post(infer, { inputs: rest_ });
  expect(missing.status).toBe(400);
  expect(await missing.text()).toContain(first?.name);
  const number = example.infer.inputs.find((input) => input.datatype === "FP64");
  const mistyped = await post(infer, {
    inputs: example.infer.inputs.map((input) => (input === number ? { ...input, datatype: "BYTES", data: ["far"] } : input)),
  });
  expect(mistyped.status).toBe(400);
  expect(await mistyped.text()).toContain(number?.name);
  expect((await post(infer, example.infer, null)).status).toBe(401);
  expect((await post(infer, example.infer, "trl_not-a-token")).status).toBe(401);
}

/** Point 3: clone and push over HTTP with a token; a broken file is refused with file and line, a protected branch with its rule. */
export async function workWithGit(portal: PortalProcess, page: Page, token: string, outsider: string): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "trellis-clone-"));
  const address = (bearer: string, repository: string) => `${portal.url.replace("http://", `http://me:${bearer}@`)}/git/${repository}.git`;
  const git = (...args: string[]) => runProgram("git", args, { cwd: folder, env: GIT_ENVIRONMENT });
  try {
    const cloned = await git("clone", "--quiet", address(token, `projects/${PROJECT}`), ".");
    expect(cloned.exitCode, cloned.output).toBe(0);
    const file = path.join(folder, "trellis.yaml");
    const good = await readFile(file, "utf8");

    await writeFile(file, good.replace("stage: train", "stage: trian"));
    await git("commit", "--quiet", "-am", "Misspell a stage");
    const broken = await git("push", "--quiet", "origin", "main");
    expect(broken.exitCode, broken.output).toBe(0);
    await page.goto(`/projects/${PROJECT}`);
    await expect(page.getByText(/trellis\.yaml:\d+|line \d+/).first()).toBeVisible();

    await writeFile(file, good);
    await appendFile(path.join(folder, "README.md"), "\nChanged from a clone.\n");
    await git("commit", "--quiet", "-am", "Say where this came from");
    const pushed = await git("push", "--quiet", "origin", "main");
    expect(pushed.exitCode, pushed.output).toBe(0);
    await expect(page.getByText("Changed from a clone.")).toBeVisible();

    const refused = await git("push", address(outsider, `projects/${PROJECT}`), "main");
    expect(refused.exitCode).not.toBe(0);
    const environments = path.join(folder, "environments");
    const copied = await git("clone", "--quiet", address(token, "platform/environments"), environments);
    expect(copied.exitCode, copied.output).toBe(0);
    await writeFile(path.join(environments, "mine.yaml"), "kind: Deployment\n");
    const inside = (...args: string[]) => runProgram("git", args, { cwd: environments, env: GIT_ENVIRONMENT });
    await inside("add", ".");
    await inside("commit", "--quiet", "-m", "Deploy by hand");
    const protectedBranch = await inside("push", "origin", "main");
    expect(protectedBranch.exitCode).not.toBe(0);
    expect(protectedBranch.output).toContain("approved change requests");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Point 8: the weeks to come arrive as traffic; from the end of April on, storms delay flights as January never saw. */
export async function replayTraffic(portal: PortalProcess, token: string): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "trellis-replay-"));
  try {
    const address = `${portal.url.replace("http://", `http://me:${token}@`)}/git/projects/${PROJECT}.git`;
    const cloned = await runProgram("git", ["clone", "--quiet", address, "."], { cwd: folder, env: GIT_ENVIRONMENT });
    expect(cloned.exitCode, cloned.output).toBe(0);
    const replayed = await runProgram("python3", ["src/flight_delays/replay.py", "--url", portal.url, "--from", "2001-04-12", "--to", "2001-05-16"], {
      cwd: folder,
      env: { TRELLIS_TOKEN: token },
    });
    expect(replayed.exitCode, replayed.output.slice(-2_000)).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Point 8: which features drift and since when; the alert has started a run. */
export async function seeDrift(page: Page): Promise<void> {
  await page.goto(`/monitoring/${DEPLOYMENT}`);
  await expect(page.getByText(/ha(s|ve) drifted since/).first()).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole("link", { name: "Run 2" }).first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText("Drift by feature and window")).toBeVisible();
  await expectAccessible(page, "monitoring");
}

/** Point 8, closed: the retrained version has opened its own request, a person approves, and one click goes back. */
export async function closeTheLoop(scientist: Page, approver: Page): Promise<void> {
  await watchRun(scientist, 2);
  await approver.goto("/approvals");
  const row = approver.getByRole("link", { name: /^CR-\d+$/ }).first();
  await expect(row).toBeVisible({ timeout: 60_000 });
  const number = (await row.innerText()).replace("CR-", "");
  await approve(approver, number);
  await seeLive(approver, number, 2);
  await scientist.goto(`/deployments/${DEPLOYMENT}`);
  await scientist.getByRole("button", { name: "Roll back to v1" }).click();
  await scientist.getByRole("dialog").getByRole("button", { name: "Roll back to v1" }).click();
  await expect(scientist.getByRole("dialog")).toHaveCount(0);
  await expect(scientist.getByText("Held", { exact: true })).toBeVisible();
  await expect(scientist.getByRole("link", { name: "v1", exact: true }).first()).toBeVisible({ timeout: LIVE_MS });
}

/** Access tokens of the two people, as the command line gets them. */
export async function tokensOf(portal: PortalProcess, { scientist, approver }: People): Promise<{ scientist: string; approver: string }> {
  return { scientist: await login(portal.url, scientist.email, scientist.password), approver: await login(portal.url, approver.email, approver.password) };
}
