import { testDatabase } from "@trellis/db/testing";
import { trafficMinute } from "@trellis/db/schema";
import { describe, expect, it } from "vitest";
import { deploymentsBoard } from "./deployments-board.ts";
import { getChangeRequest } from "./get-change-request.ts";
import { getDeployment } from "./get-deployment.ts";
import { approvalCounts, listChangeRequests } from "./list-change-requests.ts";
import { listEnvironments } from "../environments-repository.ts";
import { projectPromotion, recentDeploymentEvents, versionDeployments } from "./deployment-queries.ts";
import { requestDeployment } from "../request-deployment.ts";
import { type DeliveryLab, inDeliveryLab, userIdOf } from "../testing/delivery-lab.ts";

const database = testDatabase();
const inLab = (test: (lab: DeliveryLab) => Promise<void>, options: { visibility?: "private" } = {}) => inDeliveryLab(database, test, options);

describe("the approvals inbox", () => {
  it(
    "shows each person what waits for them and what they asked",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      const { number } = await requestDeployment(lab.ada, { versionId: version.id });
      expect(await approvalCounts(lab.grace)).toEqual({ waiting: 1, asked: 0 });
      expect(await approvalCounts(lab.ada)).toEqual({ waiting: 0, asked: 1 });
      expect(await approvalCounts(lab.vera)).toEqual({ waiting: 0, asked: 0 });
      const { items, counts } = await listChangeRequests(lab.grace, { box: "waiting" });
      expect(items).toMatchObject([
        {
          number,
          mayApprove: true,
          author: { name: "Ada" },
          version: { version: 1 },
          previousVersion: null,
          approvals: 0,
          gates: { passed: 7, total: 7 },
          headline: "Version 1 would be the first here. Nothing stops it; one approval is missing.",
        },
      ]);
      expect(counts).toEqual({ waiting: 1, asked: 0, open: 1, decided: 0 });
      expect((await listChangeRequests(lab.ada, { box: "waiting" })).items).toEqual([]);
      expect((await listChangeRequests(lab.ada, { box: "asked" })).items).toMatchObject([{ number, mayApprove: false }]);
    }),
  );

  it(
    "is paged, filtered and searched",
    inLab(async (lab) => {
      for (let count = 0; count < 3; count += 1) await requestDeployment(lab.ada, { versionId: (await lab.addVersion()).id, reason: `Reason ${count}` });
      const first = await listChangeRequests(lab.vera, { limit: 2 });
      const second = await listChangeRequests(lab.vera, { limit: 2, cursor: first.nextCursor ?? "" });
      expect([...first.items, ...second.items].map((item) => [item.version?.version, item.status])).toEqual([
        [3, "open"],
        [2, "superseded"],
        [1, "superseded"],
      ]);
      expect(second.nextCursor).toBeNull();
      expect((await listChangeRequests(lab.vera, { status: ["open"], project: lab.project.slug, deployment: lab.deploymentName })).items).toHaveLength(1);
      expect((await listChangeRequests(lab.vera, { search: "reason 1" })).items).toHaveLength(1);
      expect((await listChangeRequests(lab.vera, { search: `CR-${first.items[0]?.number}` })).items).toHaveLength(1);
      expect((await listChangeRequests(lab.vera, { search: "100%_" })).items).toHaveLength(0);
      await expect(listChangeRequests(lab.vera, { cursor: "x" })).rejects.toMatchObject({ code: "INVALID" });
    }),
  );

  it(
    "shows nothing of a private project to others",
    inLab(
      async (lab) => {
        const version = await lab.addVersion();
        await lab.goLiveAs(await lab.person("Root", "admin"), version);
        for (const ctx of [lab.grace, lab.vera]) {
          expect((await listChangeRequests(ctx)).items).toEqual([]);
          expect(await approvalCounts(ctx)).toEqual({ waiting: 0, asked: 0 });
          expect((await deploymentsBoard(ctx)).items).toEqual([]);
          expect((await deploymentsBoard(ctx)).counts.total).toBe(0);
          expect(await recentDeploymentEvents(ctx)).toEqual([]);
          await expect(getDeployment(ctx, { deployment: lab.deploymentName })).rejects.toMatchObject({
            code: "NOT_FOUND",
            message: `Deployment ${lab.deploymentName} was not found.`,
          });
          await expect(versionDeployments(ctx, { versionId: version.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
          await expect(projectPromotion(ctx, { project: lab.project.slug })).rejects.toMatchObject({ code: "NOT_FOUND" });
        }
        expect((await deploymentsBoard(lab.ada)).counts.total).toBe(1);
      },
      { visibility: "private" },
    ),
  );
});

describe("getChangeRequest", () => {
  it(
    "holds everything to decide by",
    inLab(async (lab) => {
      const [one, two] = [
        await lab.addVersion({ metrics: { auc: 0.7, log_loss: 0.5 } }),
        await lab.addVersion({ metrics: { auc: 0.72, log_loss: 0.51 }, dataDigest: "sha256:other" }),
      ];
      await lab.goLive(one);
      const { number } = await requestDeployment(lab.ada, { versionId: two.id, reason: "Better" });
      const detail = await getChangeRequest(lab.grace, { changeRequest: number });
      expect(detail).toMatchObject({
        title: `Deploy ${lab.model.name} v2 to production`,
        status: "open",
        previousVersion: { version: 1 },
        comparison: { sameData: false, sameLock: true, sameCommit: true, signatureChanges: [] },
        deployment: { name: lab.deploymentName, live: { version: 1 }, health: "healthy" },
        abilities: { approve: true, reject: true, withdraw: false, comment: true, runGates: true, why: null },
        alert: null,
      });
      expect(detail.metrics.map(({ key, verdict }) => [key, verdict])).toEqual([
        ["auc", "better"],
        ["log_loss", "worse"],
      ]);
      expect(detail.manifestBefore).toContain("version: 1");
      expect(detail.manifestAfter).toContain("version: 2");
      expect(detail.affected).toMatchObject([{ kind: "endpoint", name: `/serve/${lab.deploymentName}`, detail: "Same URL, same signature." }]);
      expect(detail.next.map((step) => step.title)).toEqual([
        "Gates run again",
        "Committed to git",
        "Version 2 starts",
        "Version 2 answers in production",
        "Version 1 stops",
      ]);
      expect((await getChangeRequest(lab.ada, { changeRequest: number })).abilities).toMatchObject({
        approve: false,
        withdraw: true,
        why: "You asked for it, so someone else must approve it.",
      });
      expect((await getChangeRequest(lab.vera, { changeRequest: number })).abilities).toMatchObject({
        approve: false,
        withdraw: false,
        why: "This needs the role approver or higher.",
      });
    }),
  );

  it.each(["CR-999999", "999999", "x", "00000000-0000-7000-8000-000000000000"])("does not know %s", (ref) =>
    inLab(async (lab) => void (await expect(getChangeRequest(lab.grace, { changeRequest: ref })).rejects.toMatchObject({ code: "NOT_FOUND" })))(),
  );
});

describe("deployments", () => {
  it(
    "are a board of models by environments with live numbers",
    inLab(async (lab) => {
      const [one, two] = [await lab.addVersion(), await lab.addVersion()];
      await lab.goLive(one);
      await requestDeployment(lab.ada, { versionId: two.id });
      const row = await lab.deployment();
      const minute = {
        deploymentId: row.id,
        version: 1,
        requests: 300,
        rows: 600,
        clientErrors: 3,
        serverErrors: 6,
        dropped: 0,
        latencySumMs: 3_000,
        latencyP95Ms: 20,
      };
      await lab.db.insert(trafficMinute).values({ ...minute, minute: lab.clock.now });
      const board = await deploymentsBoard(lab.vera);
      expect(board.environments.map(({ name, deployments }) => [name, deployments])).toEqual([
        ["staging", 0],
        ["production", 1],
      ]);
      expect(board.counts).toEqual({ total: 1, degraded: 0, outOfSync: 0, progressing: 0, held: 0 });
      expect(board.head?.commit).toBe((await lab.sources.head("platform/environments", "main"))?.commit);
      expect(board.items).toMatchObject([
        {
          model: { name: lab.model.name },
          owner: "Ada",
          latest: { version: 2 },
          cells: {
            staging: null,
            production: {
              health: "healthy",
              live: { version: 1 },
              openRequest: { status: "open", version: 2 },
              numbers: { requests: 300, requestsPerSecond: 1, p95Ms: 20, errorRate: 0.02, rows: 600 },
            },
          },
        },
      ]);
      expect((await deploymentsBoard(lab.vera, { search: "nothing like it" })).items).toEqual([]);
    }),
  );

  it(
    "show how to call them",
    inLab(async (lab) => {
      await lab.goLive(await lab.addVersion());
      const detail = await getDeployment(lab.vera, { deployment: lab.deploymentName });
      expect(detail.endpoint).toEqual({
        ready: true,
        base: `/serve/${lab.deploymentName}`,
        infer: `/serve/${lab.deploymentName}/v2/models/${lab.model.name}/infer`,
        invocations: `/serve/${lab.deploymentName}/invocations`,
      });
      expect(detail.example).toEqual({
        row: { distance: 100 },
        infer: { inputs: [{ name: "distance", datatype: "FP64", shape: [1], data: [100] }] },
        invocations: { dataframe_records: [{ distance: 100 }] },
      });
      expect(detail.abilities).toEqual({ rollback: false, liftHold: false, remove: false, request: false });
      expect(detail.manifest).toContain("version: 1");
      expect(detail.revisions).toMatchObject([
        { version: { version: 1 }, outcome: "live", changeRequest: { author: { id: userIdOf(lab.ada) }, approvers: ["Grace"] } },
      ]);
      expect(detail.events.map((event) => event.kind)).toEqual(["live", "starting", "committed"]);
    }),
  );

  it(
    "tell what happened lately, newest first, page by page",
    inLab(async (lab) => {
      await lab.goLive(await lab.addVersion());
      const [first] = await recentDeploymentEvents(lab.vera, { limit: 1 });
      expect(first).toMatchObject({ kind: "live", environment: "production", deployment: { name: lab.deploymentName }, project: { slug: lab.project.slug } });
      const rest = await recentDeploymentEvents(lab.vera, { before: first?.seq, project: lab.project.slug });
      expect(rest.at(-1)).toMatchObject({ kind: "committed", changeRequest: { number: expect.any(Number) }, commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
    }),
  );

  it(
    "are found from a version and from a project",
    inLab(async (lab) => {
      const [one, two] = [await lab.addVersion(), await lab.addVersion()];
      await lab.goLive(one);
      lab.clock.now = new Date(lab.clock.now.getTime() + 60_000);
      await lab.goLive(two);
      expect((await versionDeployments(lab.vera, { versionId: one.id })).map(({ environment, state }) => [environment, state])).toEqual([
        ["production", "was_live"],
      ]);
      expect((await versionDeployments(lab.vera, { versionId: two.id })).map(({ environment, state }) => [environment, state])).toEqual([
        ["production", "live"],
      ]);
      const promotion = await projectPromotion(lab.vera, { project: lab.project.slug });
      expect(promotion.environments.map((place) => place.name)).toEqual(["staging", "production"]);
      expect(promotion.models).toMatchObject([{ model: { name: lab.model.name }, cells: { production: { live: { version: 2 } }, staging: null } }]);
    }),
  );

  it(
    "have environments in the order of promotion",
    inLab(async (lab) => {
      expect((await listEnvironments(lab.vera)).map(({ name, approvalsRequired }) => [name, approvalsRequired])).toEqual([
        ["staging", 0],
        ["production", 1],
      ]);
    }),
  );
});
