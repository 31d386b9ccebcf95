import { testDatabase } from "@trellis/db/testing";
import { auditEvent, changeRequest, notification } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { requestDeployment } from "./request-deployment.ts";
import { type DeliveryLab, inDeliveryLab, userIdOf } from "./testing/delivery-lab.ts";

describe("requestDeployment", () => {
  const database = testDatabase();
  const inLab = (test: (lab: DeliveryLab) => Promise<void>, options: { visibility?: "private" } = {}) => inDeliveryLab(database, test, options);

  it(
    "opens a request with gates and the text of the manifest, and tells approvers",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      const opened = await requestDeployment(lab.ada, { versionId: version.id, reason: "First release" });
      expect(opened).toMatchObject({ status: "open", created: true });
      const request = await lab.request(opened.changeRequestId);
      expect(request).toMatchObject({
        kind: "deploy",
        status: "open",
        manifestBefore: null,
        authorId: userIdOf(lab.ada),
        approvalsRequired: 1,
        deploymentName: lab.deploymentName,
        reason: "First release",
      });
      expect(request.manifestAfter).toContain(`change: CR-${request.number}\n`);
      expect(request.gates.map((gate) => gate.verdict)).toEqual(Array.from({ length: 7 }, () => "pass"));
      expect(await lab.requestEvents(request.id)).toEqual(["opened"]);
      const told = await lab.db.select({ userId: notification.userId, kind: notification.kind, href: notification.href }).from(notification);
      expect(told).toEqual([{ userId: userIdOf(lab.grace), kind: "approval_wanted", href: `/approvals/${request.number}` }]);
      expect(await lab.db.select({ action: auditEvent.action }).from(auditEvent).where(eq(auditEvent.subjectId, request.id))).toEqual([
        { action: "delivery.change-request.open" },
      ]);
      expect(await lab.manifest()).toBeNull();
    }),
  );

  it(
    "gives the request that is open when the same is asked again",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      const first = await requestDeployment(lab.ada, { versionId: version.id });
      expect(await requestDeployment(lab.ada, { model: lab.model.name, version: 1 })).toEqual({ ...first, created: false });
      expect(await lab.db.select().from(changeRequest)).toHaveLength(1);
    }),
  );

  it(
    "supersedes an older open request for the same deployment",
    inLab(async (lab) => {
      const [one, two] = [await lab.addVersion(), await lab.addVersion()];
      const first = await requestDeployment(lab.ada, { versionId: one.id });
      const second = await requestDeployment(lab.ada, { versionId: two.id });
      expect(await lab.request(first.changeRequestId)).toMatchObject({ status: "superseded", outcome: `CR-${second.number} took its place.` });
      expect((await lab.request(second.changeRequestId)).status).toBe("open");
    }),
  );

  it(
    "goes on its way at once where no approval is wanted",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      const opened = await requestDeployment(lab.ada, { versionId: version.id, environment: "staging" });
      expect(opened.status).toBe("approved");
      expect(await lab.jobs("change.commit")).toMatchObject([{ payload: { changeRequestId: opened.changeRequestId }, key: opened.changeRequestId }]);
      expect(await lab.db.select().from(notification)).toEqual([]);
    }),
  );

  it(
    "waits for people even there when a gate fails",
    inLab(async (lab) => {
      const version = await lab.addVersion({ card: "" });
      expect(await requestDeployment(lab.ada, { versionId: version.id, environment: "staging" })).toMatchObject({ status: "open" });
      expect(await lab.jobs("change.commit")).toEqual([]);
    }),
  );

  it(
    "refuses what answers already",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      await lab.goLive(version);
      await expect(requestDeployment(lab.ada, { versionId: version.id })).rejects.toMatchObject({
        code: "PRECONDITION_FAILED",
        message: `${lab.model.name} v1 answers in production already.`,
      });
    }),
  );

  it(
    "refuses what a client registered without a commit and a lock, and says why",
    inLab(async (lab) => {
      const version = await lab.addVersion({ origin: "client", commit: null, lockDigest: null });
      await expect(requestDeployment(lab.ada, { versionId: version.id })).rejects.toMatchObject({
        code: "PRECONDITION_FAILED",
        message: expect.stringContaining("registered by a client"),
      });
    }),
  );

  it(
    "needs membership of the project",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      await expect(requestDeployment(lab.edsger, { versionId: version.id })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(requestDeployment(lab.vera, { versionId: version.id })).rejects.toMatchObject({ code: "FORBIDDEN" });
    }),
  );

  it(
    "says nothing of a private project, and tells only approvers who may see it",
    inLab(
      async (lab) => {
        const version = await lab.addVersion();
        await expect(requestDeployment(lab.edsger, { versionId: version.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
        await requestDeployment(lab.ada, { versionId: version.id });
        expect(await lab.db.select().from(notification)).toEqual([]);
      },
      { visibility: "private" },
    ),
  );

  it.each([
    [{ model: "no-such-model", version: 1 }, "NOT_FOUND"],
    [{ versionId: "00000000-0000-7000-8000-000000000000" }, "NOT_FOUND"],
  ])("refuses %j", (input, code) => inLab(async (lab) => void (await expect(requestDeployment(lab.ada, input)).rejects.toMatchObject({ code })))());

  it(
    "names the environments that there are",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      await expect(requestDeployment(lab.ada, { versionId: version.id, environment: "moon" })).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: expect.stringContaining("staging, production"),
      });
    }),
  );

  it(
    "wants exactly one way to name the version",
    inLab(async (lab) => {
      await expect(requestDeployment(lab.ada, { model: lab.model.name })).rejects.toThrow(/versionId, or by model/);
    }),
  );
});
