import { testDatabase } from "@trellis/db/testing";
import { approval, auditEvent, changeRequest, modelVersion, notification } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { approveChangeRequest } from "./approve-change-request.ts";
import { commentOnChangeRequest } from "./comment-on-change-request.ts";
import { getChangeRequest } from "./queries/get-change-request.ts";
import { rejectChangeRequest } from "./reject-change-request.ts";
import { requestDeployment } from "./request-deployment.ts";
import { runGates } from "./run-gates.ts";
import { type DeliveryLab, inDeliveryLab, userIdOf } from "./testing/delivery-lab.ts";
import { withdrawChangeRequest } from "./withdraw-change-request.ts";

const database = testDatabase();
const inLab = (test: (lab: DeliveryLab) => Promise<void>, options: { visibility?: "private" } = {}) => inDeliveryLab(database, test, options);

async function asked(lab: DeliveryLab) {
  const version = await lab.addVersion();
  const { changeRequestId: id, number } = await requestDeployment(lab.ada, { versionId: version.id });
  return { id, number, version };
}
const auditOf = async (lab: DeliveryLab, id: string) =>
  (await lab.db.select({ action: auditEvent.action }).from(auditEvent).where(eq(auditEvent.subjectId, id)).orderBy(auditEvent.seq)).map(
    (event) => event.action,
  );

describe("approveChangeRequest", () => {
  it(
    "sends a request on its way, bound to what was looked at",
    inLab(async (lab) => {
      const { id, number } = await asked(lab);
      const { boundTo } = await getChangeRequest(lab.grace, { changeRequest: `CR-${number}` });
      expect(await approveChangeRequest(lab.grace, { changeRequest: number, comment: "Fine", boundTo })).toMatchObject({
        status: "approved",
        approvals: 1,
        approvalsRequired: 1,
      });
      expect(await lab.request(id)).toMatchObject({ status: "approved", decidedAt: lab.clock.now });
      expect(await lab.db.select({ userId: approval.userId, boundTo: approval.boundTo }).from(approval)).toEqual([{ userId: userIdOf(lab.grace), boundTo }]);
      expect(await lab.requestEvents(id)).toEqual(["opened", "gates", "approved"]);
      expect(await auditOf(lab, id)).toEqual(["delivery.change-request.open", "delivery.change-request.run-gates", "delivery.change-request.approve"]);
      expect(await lab.jobs("change.commit")).toHaveLength(1);
      expect(
        await lab.db
          .select()
          .from(notification)
          .where(eq(notification.userId, userIdOf(lab.ada))),
      ).toMatchObject([{ kind: "change_request_decided", title: `CR-${number} is approved` }]);
    }),
  );

  it(
    "refuses its author, whatever their role",
    inLab(async (lab) => {
      const { number } = await asked(lab);
      await expect(approveChangeRequest(lab.ada, { changeRequest: number })).rejects.toMatchObject({ code: "FORBIDDEN" });
      const asAdmin = { ...lab.ada, actor: { ...lab.ada.actor, role: "admin" } as typeof lab.ada.actor };
      await expect(approveChangeRequest(asAdmin, { changeRequest: number })).rejects.toMatchObject({
        code: "FORBIDDEN",
        message: expect.stringContaining("someone else"),
      });
    }),
  );

  it(
    "refuses people who are no approvers, and the platform",
    inLab(async (lab) => {
      const { number } = await asked(lab);
      for (const ctx of [lab.edsger, lab.vera, lab.system])
        await expect(approveChangeRequest(ctx, { changeRequest: number })).rejects.toMatchObject({ code: "FORBIDDEN" });
    }),
  );

  it(
    "says nothing of a private project",
    inLab(
      async (lab) => {
        const { number } = await asked(lab);
        await expect(approveChangeRequest(lab.grace, { changeRequest: number })).rejects.toMatchObject({ code: "NOT_FOUND" });
        await expect(getChangeRequest(lab.grace, { changeRequest: number })).rejects.toMatchObject({ code: "NOT_FOUND" });
      },
      { visibility: "private" },
    ),
  );

  it(
    "is stopped by a gate that fails today, and keeps what the gates said",
    inLab(async (lab) => {
      const { id, version } = await asked(lab);
      await lab.db.update(modelVersion).set({ card: "" }).where(eq(modelVersion.id, version.id));
      await expect(approveChangeRequest(lab.grace, { changeRequest: id })).rejects.toMatchObject({
        code: "PRECONDITION_FAILED",
        message: expect.stringContaining("Card is complete: There is no card."),
        issues: [{ path: "card", message: "There is no card." }],
      });
      const request = await lab.request(id);
      expect(request.status).toBe("open");
      expect(request.gates.find((gate) => gate.gate === "card")?.verdict).toBe("fail");
      expect(await lab.db.select().from(approval)).toEqual([]);
    }),
  );

  it(
    "is stopped when a file is not in the store any more",
    inLab(async (lab) => {
      const { id } = await asked(lab);
      lab.store.blobs.clear();
      await expect(approveChangeRequest(lab.grace, { changeRequest: id })).rejects.toMatchObject({ code: "PRECONDITION_FAILED", issues: [{ path: "files" }] });
    }),
  );

  it(
    "refuses when what it replaces has changed since it was looked at, and takes the next look",
    inLab(async (lab) => {
      const [one, two] = [await lab.addVersion(), await lab.addVersion()];
      const first = await requestDeployment(lab.ada, { versionId: one.id });
      await approveChangeRequest(lab.grace, { changeRequest: first.changeRequestId });
      const { changeRequestId } = await requestDeployment(lab.ada, { versionId: two.id });
      const { boundTo } = await getChangeRequest(lab.grace, { changeRequest: changeRequestId });
      await lab.work();
      await expect(approveChangeRequest(lab.grace, { changeRequest: changeRequestId, boundTo })).rejects.toMatchObject({ code: "CONFLICT" });
      const again = await getChangeRequest(lab.grace, { changeRequest: changeRequestId });
      expect(again.manifestBefore).toContain("version: 1");
      expect(again.boundTo).not.toBe(boundTo);
      expect(await approveChangeRequest(lab.grace, { changeRequest: changeRequestId, boundTo: again.boundTo })).toMatchObject({ status: "approved" });
    }),
  );

  it(
    "counts distinct people, and only approvals of what is asked now",
    inLab(async (lab) => {
      await lab.setApprovals("production", 2);
      const [one, two] = [await lab.addVersion(), await lab.addVersion()];
      const { changeRequestId } = await requestDeployment(lab.ada, { versionId: two.id });
      const barbara = await lab.person("Barbara", "approver");
      expect(await approveChangeRequest(lab.grace, { changeRequest: changeRequestId })).toMatchObject({ status: "open", approvals: 1 });
      expect(await approveChangeRequest(lab.grace, { changeRequest: changeRequestId })).toMatchObject({ status: "open", approvals: 1 });
      await lab.sources.push("platform/environments", { [`production/${lab.deploymentName}.yaml`]: `# version ${one.version}\n` });
      expect(await approveChangeRequest(barbara, { changeRequest: changeRequestId })).toMatchObject({ status: "open", approvals: 1 });
      expect((await getChangeRequest(barbara, { changeRequest: changeRequestId })).approvalList.map(({ user, current }) => [user.name, current])).toEqual([
        ["Grace", false],
        ["Barbara", true],
      ]);
      expect(await approveChangeRequest(lab.grace, { changeRequest: changeRequestId })).toMatchObject({ status: "approved", approvals: 2 });
    }),
  );

  it(
    "approves once: a second one finds it decided",
    inLab(async (lab) => {
      const { id } = await asked(lab);
      await approveChangeRequest(lab.grace, { changeRequest: id });
      const barbara = await lab.person("Barbara", "approver");
      await expect(approveChangeRequest(barbara, { changeRequest: id })).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await lab.jobs("change.commit")).toHaveLength(1);
    }),
  );

  it(
    "loses the race against a withdrawal while the gates run",
    inLab(async (lab) => {
      const { id } = await asked(lab);
      lab.fault.afterCall = (call) => {
        if (call === "artifact-store.stat") racing.push(withdrawChangeRequest(lab.ada, { changeRequest: id }));
      };
      const racing: Promise<void>[] = [];
      await expect(approveChangeRequest(lab.grace, { changeRequest: id })).rejects.toMatchObject({ code: "CONFLICT" });
      await Promise.all(racing);
      expect((await lab.request(id)).status).toBe("withdrawn");
    }),
  );
});

describe("rejectChangeRequest", () => {
  it(
    "ends a request with a reason that its author is told",
    inLab(async (lab) => {
      const { id, number } = await asked(lab);
      await rejectChangeRequest(lab.grace, { changeRequest: number, reason: "Not before the release." });
      expect(await lab.request(id)).toMatchObject({ status: "rejected", outcome: "Not before the release." });
      expect(await lab.requestEvents(id)).toEqual(["opened", "rejected"]);
      expect(await auditOf(lab, id)).toContain("delivery.change-request.reject");
      expect(
        await lab.db
          .select()
          .from(notification)
          .where(and(eq(notification.userId, userIdOf(lab.ada)))),
      ).toMatchObject([{ title: `CR-${number} is rejected`, body: "Not before the release." }]);
      await expect(rejectChangeRequest(lab.grace, { changeRequest: number, reason: "Again" })).rejects.toMatchObject({ code: "CONFLICT" });
      await expect(approveChangeRequest(lab.grace, { changeRequest: number })).rejects.toMatchObject({ code: "CONFLICT" });
    }),
  );

  it(
    "wants a reason, and someone who may",
    inLab(async (lab) => {
      const { number } = await asked(lab);
      await expect(rejectChangeRequest(lab.grace, { changeRequest: number, reason: " " })).rejects.toThrow(/Say why/);
      await expect(rejectChangeRequest(lab.edsger, { changeRequest: number, reason: "No" })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(rejectChangeRequest(lab.ada, { changeRequest: number, reason: "No" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    }),
  );
});

describe("withdrawChangeRequest", () => {
  it(
    "is for its author and owners",
    inLab(async (lab) => {
      const { id } = await asked(lab);
      await expect(withdrawChangeRequest(lab.edsger, { changeRequest: id })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await withdrawChangeRequest(lab.ada, { changeRequest: id, reason: "A mistake" });
      expect(await lab.request(id)).toMatchObject({ status: "withdrawn", outcome: "A mistake" });
      await expect(withdrawChangeRequest(lab.ada, { changeRequest: id })).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await auditOf(lab, id)).toContain("delivery.change-request.withdraw");
    }),
  );
});

describe("commentOnChangeRequest", () => {
  it(
    "adds to the discussion, also of a decided request",
    inLab(async (lab) => {
      const { id } = await asked(lab);
      await withdrawChangeRequest(lab.ada, { changeRequest: id });
      await commentOnChangeRequest(lab.vera, { changeRequest: id, message: "Why?" });
      const { events } = await getChangeRequest(lab.vera, { changeRequest: id });
      expect(events.at(-1)).toMatchObject({ kind: "comment", message: "Why?", actor: { id: userIdOf(lab.vera), name: "Vera" } });
      expect(await auditOf(lab, id)).toContain("delivery.change-request.comment");
    }),
  );

  it(
    "says nothing of a private project",
    inLab(
      async (lab) => {
        const { id } = await asked(lab);
        await expect(commentOnChangeRequest(lab.vera, { changeRequest: id, message: "Why?" })).rejects.toMatchObject({ code: "NOT_FOUND" });
      },
      { visibility: "private" },
    ),
  );
});

describe("runGates", () => {
  it(
    "writes down what the gates say now",
    inLab(async (lab) => {
      const { id, version } = await asked(lab);
      await lab.db.update(modelVersion).set({ metrics: {} }).where(eq(modelVersion.id, version.id));
      lab.clock.now = new Date("2026-03-02T00:00:00Z");
      expect((await runGates(lab.grace, { changeRequest: id })).gates.find((gate) => gate.gate === "metrics")).toMatchObject({ verdict: "warn" });
      expect(await lab.request(id)).toMatchObject({ gatesAt: lab.clock.now });
      await expect(runGates(lab.edsger, { changeRequest: id })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await lab.db.update(changeRequest).set({ status: "withdrawn" }).where(eq(changeRequest.id, id));
      await expect(runGates(lab.grace, { changeRequest: id })).rejects.toMatchObject({ code: "CONFLICT" });
    }),
  );
});
