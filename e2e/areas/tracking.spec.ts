import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { mlflowClient } from "../support/mlflow.ts";
import { openBrowser } from "../support/people.ts";
import { PortalProcess } from "../support/portal-process.ts";
import { login } from "../support/rest.ts";

const EMAIL = "ada@example.org";
const PASSWORD = "correct horse battery";
const NOON = Date.parse("2026-11-01T12:00:00Z");

const uuidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
const falling = (points: number, end: number): number[] => Array.from({ length: points }, (_, step) => end + Math.exp(-step / (points / 5)));
const rowNames = (page: Page): Promise<string[]> => page.getByRole("table", { name: "Runs" }).getByRole("link").allInnerTexts();

test("a notebook's runs: found, filtered, compared, deleted and brought back", async ({ browser }) => {
  const portal = await PortalProcess.create({ TRELLIS_ADMIN_EMAIL: EMAIL, TRELLIS_ADMIN_PASSWORD: PASSWORD });
  try {
    await portal.start();
    const client = mlflowClient(portal.url, await login(portal.url, EMAIL, PASSWORD));
    const experiment = await client.createExperiment("grid search");
    const shallow = await client.logRun(experiment, {
      name: "shallow",
      params: { depth: "4", seed: "7" },
      metrics: { loss: falling(50, 0.4), auc: [0.71] },
      at: NOON,
    });
    const deep = await client.logRun(experiment, {
      name: "deep",
      params: { depth: "12", seed: "7" },
      metrics: { loss: falling(5_000, 0.2), auc: [0.78] },
      at: NOON + 1_000,
    });
    await client.logInputs(
      deep,
      {
        name: "flights",
        digest: "b2887b4b",
        source_type: "s3",
        source: '{"uri": "s3://company/flights.parquet"}',
        schema: '{"mlflow_colspec": [{"type": "double", "name": "distance"}, {"type": "string", "name": "carrier", "required": false}]}',
        profile: '{"num_rows": 2418660}',
      },
      "training",
    );
    await client.putFile(experiment, deep, "notes/findings.md", "# Findings\n\nDepth **12** is best.\n");
    await client.putFile(
      experiment,
      deep,
      "report.html",
      "<p id=words>Scripts are off.</p><script>document.getElementById('words').textContent = 'Scripts run.'</script>",
    );
    await client.putFile(experiment, deep, "rows.csv", "carrier,delay\nLX,4\nBA,7\n");
    await client.logRun(experiment, { name: "broken", params: { depth: "99" }, metrics: { auc: [0.5] }, at: NOON + 2_000 });

    const { context, page } = await openBrowser(browser, portal.url);
    await page.goto(`/#/experiments/${experiment}/runs/${deep}`);
    await page.getByLabel("E-mail").fill(EMAIL);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();

    await test.step("the link that the client prints leads to the run, past the sign-in", async () => {
      await expect(page).toHaveURL(`${portal.url}/experiments/${experiment}/runs/${uuidOf(deep)}`);
      await expect(page.getByRole("heading", { name: "deep" })).toBeVisible();
      await expect(page.getByRole("table", { name: "Parameters" })).toContainText("depth");
      await expectAccessible(page, "tracked run");
      const another = await context.newPage();
      await another.goto(`/#/experiments/${experiment}`);
      await expect(another).toHaveURL(`${portal.url}/experiments/${experiment}`);
      await another.close();
      await page.getByRole("tab", { name: "Curves" }).click();
      await expect(page.getByText("thinned from 5,000 points, extremes kept")).toBeVisible();
      await expectAccessible(page, "curves of a run");
    });

    await test.step("the table filters in the client's language and says what is wrong where it is wrong", async () => {
      await page.goto("/experiments");
      await page.getByRole("table", { name: "Experiments" }).getByRole("link", { name: "grid search" }).click();
      await expect.poll(() => rowNames(page)).toEqual(["broken", "deep", "shallow"]);
      await expectAccessible(page, "runs of an experiment");
      const filter = page.getByRole("combobox", { name: "Filter runs" });
      await filter.click();
      await filter.pressSequentially("auc");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await filter.pressSequentially("> 'high'");
      await page.keyboard.press("Enter");
      await expect(page.getByRole("alert").locator("mark")).toHaveText("'high'");
      await expectAccessible(page, "a filter that is not understood");
      await filter.fill("metrics.auc > 0.6");
      await page.keyboard.press("Enter");
      await expect.poll(() => rowNames(page)).toEqual(["deep", "shallow"]);
      await page.getByRole("button", { name: "auc" }).click();
      await expect.poll(() => rowNames(page)).toEqual(["shallow", "deep"]);
      expect(new URL(page.url()).searchParams.get("sort")).toBe("metrics.auc");
    });

    await test.step("columns are the person's, and a view keeps the state under a name", async () => {
      await page.getByRole("button", { name: /^Columns/ }).click();
      await page.getByRole("checkbox", { name: "seed" }).click();
      await page.keyboard.press("Escape");
      await expect(page.getByRole("columnheader", { name: "seed" })).toHaveCount(0);
      await page.getByRole("button", { name: "Views" }).click();
      await page.getByRole("menuitem", { name: "Save or delete views" }).click();
      await page.getByLabel("Name for what the page shows now").fill("Good ones");
      await page.getByRole("button", { name: "Save view" }).click();
      await page.goto(`/experiments/${experiment}`);
      await expect.poll(() => rowNames(page)).toEqual(["broken", "deep", "shallow"]);
      await expect(page.getByRole("columnheader", { name: "seed" })).toHaveCount(0);
      await page.getByRole("button", { name: "Views" }).click();
      await page.getByRole("menuitemcheckbox", { name: "Good ones" }).click();
      await expect.poll(() => rowNames(page)).toEqual(["shallow", "deep"]);
    });

    await test.step("the whole result as a file", async () => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
      const [head = "", ...lines] = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
      expect(head).toContain("metrics.auc");
      expect(lines.map((line) => line.split(",")[1])).toEqual(["shallow", "deep"]);
    });

    await test.step("two runs side by side", async () => {
      await page.getByRole("checkbox", { name: "Select all rows" }).click();
      await page.getByRole("button", { name: "Compare" }).click();
      await expect(page).toHaveURL(new RegExp(`/compare\\?runs=${uuidOf(shallow)},${uuidOf(deep)}`));
      await expect(page.getByText("2 metrics and 1 parameter differ", { exact: false })).toBeVisible();
      await expect(page.getByRole("row", { name: /^auc/ })).toContainText("+9.9 %");
      await expectAccessible(page, "comparison of metrics");
      await page.getByRole("tab", { name: "Curves" }).click();
      await expect(page.locator("svg.recharts-surface path.recharts-line-curve").first()).toBeVisible();
      await page.getByLabel("Smoothing").fill("0.6");
      await expect(page).toHaveURL(/smoothing=0\.6/);
      await page.getByRole("tab", { name: "Parameters" }).click();
      await expect(page.getByRole("row", { name: /^depth/ })).toContainText("12");
      await page.getByRole("combobox", { name: "Add a run" }).fill("bro");
      await page.getByRole("option", { name: "broken" }).click();
      await expect(page.getByRole("heading", { name: "Compare 3 runs" })).toBeVisible();
    });

    await test.step("files are shown: Markdown, a table, and a report that runs nothing until it is let", async () => {
      await page.goto(`/experiments/${experiment}/runs/${deep}`);
      await page.getByRole("tab", { name: "Files" }).click();
      await page.getByRole("button", { name: "notes" }).click();
      await page.getByRole("button", { name: "findings.md" }).click();
      await expect(page.getByRole("heading", { name: "Findings" })).toBeVisible();
      await expectAccessible(page, "a file of a run");
      await page.getByRole("button", { name: "All files" }).click();
      await page.getByRole("button", { name: "rows.csv" }).click();
      await expect(page.getByRole("table", { name: "Rows" })).toContainText("BA");
      await page.getByRole("button", { name: "report.html" }).click();
      const report = page.frameLocator("iframe");
      await expect(report.getByText("Scripts are off.")).toBeVisible();
      await page.getByRole("switch", { name: "Run its scripts" }).click();
      await expect(report.getByText("Scripts run.")).toBeVisible();
      expect(await page.locator("iframe").getAttribute("sandbox")).toBe("allow-scripts");
    });

    await test.step("data that a run read: its schema, its readers, and where it leads", async () => {
      await page.goto(`/experiments/${experiment}/runs/${deep}`);
      await page.getByRole("link", { name: "flights" }).click();
      await expect(page.getByText("s3://company/flights.parquet")).toBeVisible();
      await expect(page.getByText("2,418,660")).toBeVisible();
      await page.getByRole("button", { name: "carrier" }).click();
      await expect(page.getByText("No registered model has this column in its signature.")).toBeVisible();
      await expectAccessible(page, "a dataset");
      await page.getByRole("tab", { name: "Runs that read it" }).click();
      await expect(page.getByRole("table", { name: "Runs that read it" })).toContainText("training");
      await page.getByRole("link", { name: "Lineage" }).click();
      await expect(page.getByRole("region", { name: /^Lineage of flights @ b2887b4b/ })).toContainText("deep");
      await page.getByRole("table", { name: "Lineage as a list" }).getByRole("link", { name: "deep" }).click();
      await expect(page.getByRole("heading", { name: "deep" })).toBeVisible();
    });

    await test.step("deleted runs can be brought back", async () => {
      await page.goto(`/experiments/${experiment}?columns=metrics.auc`);
      await page.getByRole("checkbox", { name: "Select row 1" }).click();
      await page.getByRole("button", { name: "Delete", exact: true }).click();
      await expect.poll(() => rowNames(page)).toEqual(["deep", "shallow"]);
      await page.getByRole("button", { name: "Undo" }).click();
      await expect.poll(() => rowNames(page)).toEqual(["broken", "deep", "shallow"]);
    });

    await test.step("new runs appear by themselves, and a phone shows all of it", async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      await client.logRun(experiment, { name: "late", metrics: { auc: [0.6] }, at: NOON + 9_000 });
      await expect.poll(() => rowNames(page)).toEqual(["late", "broken", "deep", "shallow"]);
      for (const path of [
        "/experiments",
        `/experiments/${experiment}`,
        `/experiments/${experiment}/runs/${uuidOf(deep)}`,
        `/compare?runs=${uuidOf(deep)},${uuidOf(shallow)}`,
      ]) {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        expect(await page.evaluate("document.documentElement.scrollWidth - window.innerWidth"), `${path} is too wide`).toBeLessThanOrEqual(0);
        await expectAccessible(page, `${path} on a phone`);
      }
    });
    await context.close();
  } finally {
    await portal.remove();
  }
});
