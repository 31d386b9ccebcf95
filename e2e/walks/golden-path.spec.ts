import { expect, test } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { PortalProcess } from "../support/portal-process.ts";
import {
  approve,
  askForDeployment,
  askForProject,
  callModel,
  closeTheLoop,
  meetPeople,
  nameIsTaken,
  replayTraffic,
  seeDrift,
  seeLive,
  seeProject,
  tokensOf,
  watchRun,
  workWithGit,
} from "./golden-path.ts";

test("from the wizard to a watched model that retrains, as two people", async ({ browser }) => {
  const portal = await PortalProcess.create();
  try {
    await portal.start();
    const people = await meetPeople(browser, portal);
    const { scientist, approver } = people;
    const tokens = await tokensOf(portal, people);
    await askForProject(scientist.page);
    await seeProject(scientist.page);
    await nameIsTaken(scientist.page);
    await watchRun(scientist.page, 1);
    await workWithGit(portal, scientist.page, tokens.scientist, tokens.approver);
    const request = await askForDeployment(scientist.page, 1);
    await approve(approver.page, request);
    await seeLive(scientist.page, request, 1);
    await callModel(portal, tokens.scientist);
    await replayTraffic(portal, tokens.scientist);
    await seeDrift(scientist.page);
    await closeTheLoop(scientist.page, approver.page);
    for (const address of ["/", "/projects", "/runs", "/deployments", "/monitoring", "/data", "/scorecards", "/platform", "/approvals", "/settings/tokens"]) {
      await scientist.page.goto(address);
      await expect(scientist.page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(scientist.page.locator('[aria-busy="true"]')).toHaveCount(0);
      await expectAccessible(scientist.page, address);
    }
  } catch (error) {
    console.log(portal.output().slice(-6_000));
    throw error;
  } finally {
    await portal.remove();
  }
});
