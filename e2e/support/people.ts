import { expect, type Browser, type BrowserContext, type Page } from "@playwright/test";

export type Person = { name: string; email: string; password: string; context: BrowserContext; page: Page };

/** A browser of its own for a person; it reaches nothing but the portal. */
export async function openBrowser(browser: Browser, url: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ baseURL: url });
  const page = await context.newPage();
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "localhost") throw new Error(`The page asked ${request.url()}`);
  });
  return { context, page };
}

/** The first visit to an empty portal. */
export async function createAdministrator(browser: Browser, url: string): Promise<Person> {
  const person = { name: "Ada Admin", email: "ada@example.org", password: "correct horse battery" };
  const { context, page } = await openBrowser(browser, url);
  await page.goto("/");
  await expect(page).toHaveURL(/\/setup$/);
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Create administrator" }).click();
  await expect(page.getByText("Start a project")).toBeVisible();
  return { ...person, context, page };
}

/** The administrator makes an invitation link; the person joins with it in a browser of their own. */
export async function invite(browser: Browser, url: string, administrator: Page, who: { name: string; email: string; role: string }): Promise<Person> {
  await administrator.goto("/platform/people");
  await administrator.getByRole("button", { name: "Invite" }).click();
  const dialog = administrator.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill(who.email);
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await administrator.getByRole("option", { name: who.role }).click();
  await dialog.getByRole("button", { name: "Create invitation link" }).click();
  const link = await dialog
    .getByText(/\/invite\//)
    .first()
    .innerText();
  await dialog.getByRole("button", { name: "Done" }).click();
  const { context, page } = await openBrowser(browser, url);
  const password = "a long enough password";
  await page.goto(new URL(link.trim()).pathname);
  await page.getByLabel("Your name").fill(who.name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page.getByRole("navigation").first()).toBeVisible();
  return { name: who.name, email: who.email, password, context, page };
}
