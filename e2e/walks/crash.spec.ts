import { expect, test } from "@playwright/test";
import { PortalProcess } from "../support/portal-process.ts";
import { rest } from "../support/rest.ts";
import { approve, askForDeployment, askForProject, callModel, meetPeople, PROJECT, seeLive, seeProject, tokensOf, watchRun } from "./golden-path.ts";

type Run = { attempts: { stepKey: string; number: number; status: string }[]; steps: { key: string; status: string }[] };

test("a kill -9 while creating, running and deploying loses nothing and does nothing twice", async ({ browser }) => {
  const portal = await PortalProcess.create();
  try {
    await portal.start();
    const people = await meetPeople(browser, portal);
    const { scientist, approver } = people;
    const tokens = await tokensOf(portal, people);

    await askForProject(scientist.page);
    await portal.crashAndRestart();
    await seeProject(scientist.page);

    const runIs = (status: string) =>
      expect
        .poll(async () => (await rest<Run>(portal.url, tokens.scientist, "GET", `/run?project=${PROJECT}&number=1`)).steps.map((step) => step.status), {
          timeout: 180_000,
        })
        .toContain(status);
    await runIs("running");
    await portal.crashAndRestart();
    await watchRun(scientist.page, 1);
    const run = await rest<Run>(portal.url, tokens.scientist, "GET", `/run?project=${PROJECT}&number=1`);
    expect(run.steps.every((step) => ["succeeded", "cached"].includes(step.status))).toBe(true);
    for (const step of run.steps)
      expect(run.attempts.filter((attempt) => attempt.stepKey === step.key && attempt.status === "succeeded").length, step.key).toBeLessThanOrEqual(1);
    const runs = await rest<{ items: unknown[] }>(portal.url, tokens.scientist, "GET", `/runs?project=${PROJECT}`);
    expect(runs.items).toHaveLength(1);
    const model = await rest<{ versionRows: unknown[] }>(portal.url, tokens.scientist, "GET", `/models/${PROJECT}`);
    expect(model.versionRows).toHaveLength(1);

    const request = await askForDeployment(scientist.page, 1);
    await approve(approver.page, request);
    await portal.crashAndRestart();
    await seeLive(scientist.page, request, 1);
    await callModel(portal, tokens.scientist);
    const deployment = await rest<{ revisions: unknown[] }>(portal.url, tokens.scientist, "GET", `/deployments/${PROJECT}-production`);
    expect(deployment.revisions).toHaveLength(1);
  } catch (error) {
    console.log(portal.output().slice(-6_000));
    throw error;
  } finally {
    await portal.remove();
  }
});
