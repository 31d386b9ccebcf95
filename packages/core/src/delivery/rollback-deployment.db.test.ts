import { testDatabase } from "@trellis/db/testing";
import { auditEvent, changeRequest, modelAlias } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { considerPromotion } from "./consider-promotion.ts";
import { getDeployment } from "./queries/get-deployment.ts";
import { liftHold } from "./lift-hold.ts";
import { requestDeployment } from "./request-deployment.ts";
import { rollbackDeployment } from "./rollback-deployment.ts";
import { sweepDelivery } from "./reconcile/start-delivery.ts";
import { type DeliveryLab, inDeliveryLab } from "./testing/delivery-lab.ts";

const database = testDatabase();
const inLab = (test: (lab: DeliveryLab) => Promise<void>, options: { visibility?: "private" } = {}) => inDeliveryLab(database, test, options);

async function twoLive(lab: DeliveryLab) {
  const [one, two] = [await lab.addVersion(), await lab.addVersion()];
  await lab.goLive(one);
  lab.clock.now = new Date(lab.clock.now.getTime() + 60_000);
  await lab.goLive(two);
  lab.clock.now = new Date(lab.clock.now.getTime() + 60_000);
  await lab.work();
  return { one, two };
}

describe("rollbackDeployment", () => {
  it(
    "is one click and one commit back to the version before, and holds",
    inLab(async (lab) => {
      const { one } = await twoLive(lab);
      expect(await getDeployment(lab.ada, { deployment: lab.deploymentName })).toMatchObject({
        rollbackTo: { version: 1, versionId: one.id },
        abilities: { rollback: true },
      });
      const done = await rollbackDeployment(lab.ada, { deployment: lab.deploymentName, reason: "Worse at one airport" });
      expect(done.toVersion).toBe(1);
      await lab.work();
      await lab.becomeReady(1);
      expect(await lab.deployment()).toMatchObject({ held: true, sync: "synced", health: "healthy", liveVersionId: one.id });
      expect(await lab.request(done.changeRequestId)).toMatchObject({ kind: "rollback", status: "applied", approvalsRequired: 0 });
      expect(await lab.manifest()).toContain("version: 1");
      expect(lab.sources.made.at(-1)?.message).toMatch(/^Roll .* back to v1 \(CR-\d+\)\n\nWorse at one airport/);
      expect(await lab.db.select({ versionId: modelAlias.versionId }).from(modelAlias)).toEqual([{ versionId: one.id }]);
      expect(
        (await lab.db.select({ action: auditEvent.action }).from(auditEvent).where(eq(auditEvent.subjectId, done.changeRequestId))).map(
          (event) => event.action,
        ),
      ).toContain("delivery.change-request.rollback");
      const { revisions, events } = await getDeployment(lab.ada, { deployment: lab.deploymentName });
      expect(revisions.map(({ version, outcome, mayReturn }) => [version.version, outcome, mayReturn])).toEqual([
        [1, "live", false],
        [2, "replaced", true],
        [1, "replaced", false],
      ]);
      expect(events.map((event) => event.kind)).toContain("rolled_back");
    }),
  );

  it(
    "is one rollback when it is clicked twice",
    inLab(async (lab) => {
      await twoLive(lab);
      const first = await rollbackDeployment(lab.ada, { deployment: lab.deploymentName });
      expect(await rollbackDeployment(lab.grace, { deployment: lab.deploymentName })).toEqual(first);
      expect((await lab.db.select().from(changeRequest)).filter((request) => request.kind === "rollback")).toHaveLength(1);
    }),
  );

  it(
    "goes back to what answers while its successor cannot start",
    inLab(async (lab) => {
      const [one, two] = [await lab.addVersion(), await lab.addVersion()];
      await lab.goLive(one);
      await requestDeployment(lab.ada, { versionId: two.id }).then(({ changeRequestId }) => lab.approve(changeRequestId));
      await lab.work();
      lab.target.giveUp(lab.workload(2), "It exited with code 1.");
      await sweepDelivery(lab.system);
      await lab.work();
      expect((await lab.deployment()).health).toBe("degraded");
      expect(await rollbackDeployment(lab.ada, { deployment: lab.deploymentName })).toMatchObject({ toVersion: 1 });
      await lab.work();
      expect(await lab.deployment()).toMatchObject({ sync: "synced", health: "healthy", liveVersionId: one.id, desiredVersionId: one.id });
    }),
  );

  it(
    "goes to a version that one names, if it ever answered",
    inLab(async (lab) => {
      await twoLive(lab);
      await lab.addVersion();
      await expect(rollbackDeployment(lab.ada, { deployment: lab.deploymentName, toVersion: 3 })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
      await expect(rollbackDeployment(lab.ada, { deployment: lab.deploymentName, toVersion: 2 })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
      expect(await rollbackDeployment(lab.ada, { deployment: lab.deploymentName, toVersion: 1 })).toMatchObject({ toVersion: 1 });
    }),
  );

  it(
    "has nowhere to go after the first version",
    inLab(async (lab) => {
      await lab.goLive(await lab.addVersion());
      await expect(rollbackDeployment(lab.ada, { deployment: lab.deploymentName })).rejects.toMatchObject({
        code: "PRECONDITION_FAILED",
        message: expect.stringContaining("nothing to go back to"),
      });
    }),
  );

  it(
    "is for members and approvers",
    inLab(async (lab) => {
      await twoLive(lab);
      await expect(rollbackDeployment(lab.edsger, { deployment: lab.deploymentName })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(rollbackDeployment(lab.vera, { deployment: lab.deploymentName })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await rollbackDeployment(lab.grace, { deployment: lab.deploymentName });
    }),
  );
});

describe("considerPromotion", () => {
  async function fact(lab: DeliveryLab, version: Awaited<ReturnType<DeliveryLab["addVersion"]>>, more: object = {}) {
    return {
      versionId: version.id,
      modelId: lab.model.id,
      version: version.version,
      projectId: lab.project.id,
      runId: version.runId,
      deployEnvironment: "production",
      runTriggeredAutomatically: true,
      ...more,
    };
  }
  const cause = { alertId: "00000000-0000-7000-8000-00000000000a", summary: "distance drifts since 3 March." };

  it(
    "opens a request in the name of the run, once, and any approver may decide",
    inLab(async (lab) => {
      const version = await lab.addVersion({ triggerKind: "drift", cause });
      await considerPromotion(lab.system, await fact(lab, version));
      await considerPromotion(lab.system, await fact(lab, version));
      const [request, ...more] = await lab.db.select().from(changeRequest);
      expect(more).toEqual([]);
      expect(request).toMatchObject({
        status: "open",
        authorId: null,
        authorName: "Run 1",
        openedByRunId: version.runId,
        reason: "Retrained after a drift alert. distance drifts since 3 March.",
      });
      expect(request?.gates.find((gate) => gate.gate === "drift")).toMatchObject({
        verdict: "pass",
        evidence: cause.summary,
        href: `/monitoring/alerts/${cause.alertId}`,
      });
      await lab.approve(request?.id ?? "");
    }),
  );

  it.each([
    ["no person asks for", { runTriggeredAutomatically: false }],
    ["no pipeline says where", { deployEnvironment: null }],
  ])("does nothing where %s", (_, more) =>
    inLab(async (lab) => {
      await considerPromotion(lab.system, await fact(lab, await lab.addVersion(), more));
      expect(await lab.db.select().from(changeRequest)).toEqual([]);
    })(),
  );

  it(
    "leaves a held deployment alone and says so, until the hold is lifted",
    inLab(async (lab) => {
      await twoLive(lab);
      await rollbackDeployment(lab.ada, { deployment: lab.deploymentName });
      await lab.work();
      await lab.becomeReady(1);
      const version = await lab.addVersion({ triggerKind: "drift", cause });
      const before = (await lab.db.select().from(changeRequest)).length;
      await considerPromotion(lab.system, await fact(lab, version));
      expect(await lab.db.select().from(changeRequest)).toHaveLength(before);
      expect((await lab.deploymentEvents((await lab.deployment()).id)).at(-1)).toBe("skipped");
      await expect(liftHold(lab.edsger, { deployment: lab.deploymentName })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await liftHold(lab.ada, { deployment: lab.deploymentName, reason: "Fixed" });
      await liftHold(lab.ada, { deployment: lab.deploymentName });
      const { id, held } = await lab.deployment();
      expect(held).toBe(false);
      expect((await lab.deploymentEvents(id)).filter((kind) => kind === "lifted")).toHaveLength(1);
      await considerPromotion(lab.system, await fact(lab, version));
      expect(await lab.db.select().from(changeRequest)).toHaveLength(before + 1);
    }),
  );

  it(
    "does not push aside a later version that was asked for",
    inLab(async (lab) => {
      await lab.goLive(await lab.addVersion());
      const [older, newer] = [await lab.addVersion({ triggerKind: "drift", cause }), await lab.addVersion()];
      const asked = await requestDeployment(lab.ada, { versionId: newer.id });
      await considerPromotion(lab.system, await fact(lab, older));
      expect((await lab.request(asked.changeRequestId)).status).toBe("open");
    }),
  );

  it(
    "says why it could not ask",
    inLab(async (lab) => {
      await lab.goLive(await lab.addVersion());
      const version = await lab.addVersion();
      await considerPromotion(lab.system, await fact(lab, version, { deployEnvironment: "moon" }));
      expect((await lab.db.select().from(changeRequest)).filter((request) => request.status === "open")).toEqual([]);
    }),
  );
});
