import { access } from "node:fs/promises";
import path from "node:path";
import { testDatabase } from "@trellis/db/testing";
import { auditEvent, deployment, deploymentRevision, endpoint, lineageEdge, modelAlias, modelVersion, notification } from "@trellis/db/schema";
import { asc, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { approveChangeRequest } from "../approve-change-request.ts";
import { commitChange } from "./commit-change.ts";
import { getDeployment, deploymentLog } from "../queries/get-deployment.ts";
import { redeploy } from "../redeploy.ts";
import { removeDeployment } from "../remove-deployment.ts";
import { requestDeployment } from "../request-deployment.ts";
import { sweepDelivery } from "./start-delivery.ts";
import { type DeliveryLab, inDeliveryLab, userIdOf } from "../testing/delivery-lab.ts";

/** Thrown where the process is killed. */
class Killed extends Error {}

const database = testDatabase();
const inLab = (test: (lab: DeliveryLab) => Promise<void>) => inDeliveryLab(database, test);

async function approved(lab: DeliveryLab, version: { id: string }) {
  const opened = await requestDeployment(lab.ada, { versionId: version.id });
  await approveChangeRequest(lab.grace, { changeRequest: opened.changeRequestId });
  return opened;
}
const later = (lab: DeliveryLab, seconds: number) => {
  lab.clock.now = new Date(lab.clock.now.getTime() + seconds * 1000);
};
const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

describe("from approval to a live endpoint", () => {
  it(
    "commits, prepares, starts, and moves requests once it is ready",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      const { changeRequestId, number } = await approved(lab, version);
      await lab.work();
      const request = await lab.request(changeRequestId);
      expect(request.status).toBe("committed");
      expect(await lab.manifest()).toBe(request.manifestAfter);
      expect((await lab.sources.head("platform/environments", "main"))?.message).toContain(`Deploy ${lab.model.name} v1 to production (CR-${number})`);
      expect(lab.executor.begun.map((execution) => execution.command)).toEqual([`install ${version.lockDigest}`]);
      expect(lab.target.applied).toMatchObject([{ name: lab.workload(1) }]);
      const folder = path.join(lab.folder, "serving", lab.workload(1));
      expect(await Promise.all(["model/model.bin", "source/src/model.py"].map((file) => exists(path.join(folder, file))))).toEqual([true, true]);
      expect(await lab.deployment()).toMatchObject({
        sync: "out_of_sync",
        health: "progressing",
        liveVersionId: null,
        desiredVersionId: version.id,
        desiredCommit: request.commit,
      });
      expect(await lab.db.select().from(endpoint)).toEqual([]);

      await lab.becomeReady(1);
      expect(await lab.deployment()).toMatchObject({
        sync: "synced",
        health: "healthy",
        liveVersionId: version.id,
        liveSince: lab.clock.now,
        message: "Version 1 answers.",
      });
      expect(await lab.db.select({ versionId: endpoint.versionId, name: endpoint.deploymentName }).from(endpoint)).toEqual([
        { versionId: version.id, name: lab.deploymentName },
      ]);
      expect(await lab.request(changeRequestId)).toMatchObject({ status: "applied", outcome: `Version 1 answers as ${lab.deploymentName}.` });
      expect(await lab.requestEvents(changeRequestId)).toEqual(["opened", "gates", "approved", "committed", "applied"]);
      expect(await lab.db.select({ alias: modelAlias.alias, versionId: modelAlias.versionId }).from(modelAlias)).toEqual([
        { alias: "champion", versionId: version.id },
      ]);
      const { id } = await lab.deployment();
      expect(await lab.db.select({ fromId: lineageEdge.fromId, toId: lineageEdge.toId, relation: lineageEdge.relation }).from(lineageEdge)).toEqual([
        { fromId: version.id, toId: id, relation: "serves" },
        { fromId: id, toId: id, relation: "answers_at" },
      ]);
      expect((await lab.jobs("deployment.live")).map((job) => job.payload)).toEqual([{ deploymentId: id, versionId: version.id }]);
      expect(
        (
          await lab.db
            .select({ title: notification.title })
            .from(notification)
            .where(eq(notification.userId, userIdOf(lab.ada)))
            .orderBy(asc(notification.id))
        ).map((row) => row.title),
      ).toEqual([`CR-${number} is approved`, `CR-${number} is applied`]);
      expect(
        (await lab.db.select({ action: auditEvent.action }).from(auditEvent).where(eq(auditEvent.subjectId, changeRequestId))).map((event) => event.action),
      ).toEqual(expect.arrayContaining(["delivery.change-request.commit", "delivery.change-request.apply"]));
    }),
  );

  it(
    "leaves the champion alone in staging",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      await requestDeployment(lab.ada, { versionId: version.id, environment: "staging" });
      await lab.work();
      await lab.becomeReady(1, "staging");
      expect(await lab.deployment(`${lab.model.name}-staging`)).toMatchObject({ sync: "synced", health: "healthy" });
      expect(await lab.db.select().from(modelAlias)).toEqual([]);
    }),
  );

  it(
    "replaces a version without a gap: the old one stops after the new one answers and it has drained",
    inLab(async (lab) => {
      const [one, two] = [await lab.addVersion(), await lab.addVersion()];
      await lab.goLive(one);
      later(lab, 60);
      await approved(lab, two);
      await lab.work();
      expect(await lab.db.select({ versionId: endpoint.versionId }).from(endpoint)).toEqual([{ versionId: one.id }]);
      expect(lab.target.names).toEqual([lab.workload(1), lab.workload(2)]);
      await lab.becomeReady(2);
      expect(await lab.db.select({ versionId: endpoint.versionId }).from(endpoint)).toEqual([{ versionId: two.id }]);
      expect(lab.target.names).toEqual([lab.workload(1), lab.workload(2)]);
      later(lab, 6);
      await lab.work();
      expect(lab.target.names).toEqual([lab.workload(2)]);
      expect(await exists(path.join(lab.folder, "serving", lab.workload(1)))).toBe(false);
      const revisions = await lab.db.select().from(deploymentRevision).orderBy(asc(deploymentRevision.createdAt));
      expect(revisions.map(({ versionId, liveAt, endedAt }) => [versionId, liveAt !== null, endedAt !== null])).toEqual([
        [one.id, true, true],
        [two.id, true, false],
      ]);
      expect(await lab.db.select({ versionId: modelAlias.versionId }).from(modelAlias)).toEqual([{ versionId: two.id }]);
    }),
  );

  it(
    "keeps the version before when the new one cannot start, and says why",
    inLab(async (lab) => {
      const [one, two] = [await lab.addVersion(), await lab.addVersion()];
      await lab.goLive(one);
      const { changeRequestId, number } = await approved(lab, two);
      await lab.work();
      lab.target.logs.set(lab.workload(2), "Traceback: no module named x\n");
      lab.target.giveUp(lab.workload(2), "It exited with code 1.");
      await sweepDelivery(lab.system);
      await lab.work();
      const why = "Version 2 could not be started. Version 1 still answers. It exited with code 1.";
      expect(await lab.deployment()).toMatchObject({ sync: "out_of_sync", health: "degraded", liveVersionId: one.id, message: why });
      expect(await lab.request(changeRequestId)).toMatchObject({ status: "failed", outcome: why });
      expect(await lab.db.select({ versionId: endpoint.versionId }).from(endpoint)).toEqual([{ versionId: one.id }]);
      expect(lab.target.names).toEqual([lab.workload(1)]);
      expect(
        await lab.db
          .select({ title: notification.title })
          .from(notification)
          .where(eq(notification.userId, userIdOf(lab.ada))),
      ).toContainEqual({ title: `CR-${number} failed` });
      expect(await deploymentLog(lab.ada, { deployment: lab.deploymentName })).toEqual({ version: 2, text: "Traceback: no module named x\n" });
      const starts = lab.target.applied.length;
      await sweepDelivery(lab.system);
      await lab.work();
      expect(lab.target.applied).toHaveLength(starts);
      expect((await lab.deployment()).message).toBe(why);

      await redeploy(lab.grace, { deployment: lab.deploymentName });
      await lab.work();
      await lab.becomeReady(2);
      expect(await lab.deployment()).toMatchObject({ sync: "synced", health: "healthy", liveVersionId: two.id, failures: 0 });
      expect((await lab.request(changeRequestId)).status).toBe("applied");
    }),
  );

  it(
    "fails a request whose packages cannot be installed, with the end of the log",
    inLab(async (lab) => {
      lab.executor.otherwise = async (_request, _stopped, log) => {
        log("error: no version of numpy 99 found\n");
        return 1;
      };
      const { changeRequestId } = await approved(lab, await lab.addVersion());
      await lab.work();
      expect(await lab.request(changeRequestId)).toMatchObject({ status: "failed", outcome: expect.stringContaining("no version of numpy 99 found") });
      expect(await lab.deployment()).toMatchObject({ health: "degraded", liveVersionId: null, message: expect.stringContaining("Nothing answers.") });
    }),
  );

  it(
    "starts nothing whose content is not what git says",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      await approved(lab, version);
      await lab.work();
      await lab.becomeReady(1);
      const text = (await lab.manifest()) ?? "";
      await lab.sources.push("platform/environments", { [`production/${lab.deploymentName}.yaml`]: text.replace(version.digest, `sha256:${"0".repeat(64)}`) });
      await sweepDelivery(lab.system);
      await lab.work();
      expect(await lab.deployment()).toMatchObject({
        sync: "unknown",
        liveVersionId: version.id,
        message: expect.stringContaining("the digest is not that of"),
      });
      await lab.sources.push("platform/environments", { [`production/${lab.deploymentName}.yaml`]: "kind: [" });
      await sweepDelivery(lab.system);
      await lab.work();
      expect((await lab.deployment()).message).toMatch(new RegExp(`^production/${lab.deploymentName}\\.yaml:1: `));
      expect(lab.target.names).toEqual([lab.workload(1)]);
    }),
  );

  it(
    "comes back after everything that ran is gone",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      const { changeRequestId } = await lab.goLive(version);
      lab.target.loseAll();
      await sweepDelivery(lab.system);
      await lab.work();
      expect(await lab.db.select().from(endpoint)).toEqual([]);
      expect(await lab.deployment()).toMatchObject({ health: "progressing", liveVersionId: version.id });
      await lab.becomeReady(1);
      expect(await lab.deployment()).toMatchObject({ sync: "synced", health: "healthy" });
      expect(await lab.requestEvents(changeRequestId)).toEqual(["opened", "gates", "approved", "committed", "applied"]);
      expect(await lab.db.select().from(deploymentRevision)).toHaveLength(1);
    }),
  );

  it(
    "gives what answered a pause that grows when it keeps ending",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      await lab.goLive(version);
      for (const pause of [5, 10, 20]) {
        lab.target.giveUp(lab.workload(1), "It exited with code 9.");
        const starts = lab.target.applied.length;
        await sweepDelivery(lab.system);
        await lab.work();
        expect(await lab.deployment()).toMatchObject({ health: "degraded", message: "It exited with code 9." });
        later(lab, pause - 1);
        await lab.work();
        expect(lab.target.applied).toHaveLength(starts);
        later(lab, 2);
        await lab.work();
        expect(lab.target.applied).toHaveLength(starts + 1);
      }
      await lab.becomeReady(1);
      expect(await lab.deployment()).toMatchObject({ sync: "synced", health: "healthy" });
    }),
  );

  it(
    "writes an approved request once, and not over a later one",
    inLab(async (lab) => {
      const [one, two] = [await lab.addVersion(), await lab.addVersion()];
      const first = await approved(lab, one);
      const second = await approved(lab, two);
      await commitChange(lab.system, { changeRequestId: second.changeRequestId });
      const head = await lab.sources.head("platform/environments", "main");
      await commitChange(lab.system, { changeRequestId: first.changeRequestId });
      await commitChange(lab.system, { changeRequestId: second.changeRequestId });
      expect(await lab.sources.head("platform/environments", "main")).toEqual(head);
      expect(await lab.request(first.changeRequestId)).toMatchObject({ status: "superseded" });
      expect(await lab.manifest()).toContain("version: 2");
    }),
  );

  it(
    "finds its own commit after a kill, also when others followed",
    inLab(async (lab) => {
      const { changeRequestId } = await approved(lab, await lab.addVersion());
      lab.fault.afterCall = (call) => {
        if (call === "source-host.commit") throw new Killed(call);
      };
      await expect(commitChange(lab.system, { changeRequestId })).rejects.toThrow(Killed);
      lab.fault.afterCall = () => {};
      const own = (await lab.sources.head("platform/environments", "main"))?.commit;
      await lab.sources.push("platform/environments", { "staging/other.yaml": "x" });
      await commitChange(lab.system, { changeRequestId });
      expect(await lab.request(changeRequestId)).toMatchObject({ status: "committed", commit: own });
    }),
  );

  it(
    "does not bring back what a later request removed",
    inLab(async (lab) => {
      await lab.goLive(await lab.addVersion());
      const older = await approved(lab, await lab.addVersion());
      const removal = await removeDeployment(lab.ada, { deployment: lab.deploymentName });
      await lab.approve(removal.changeRequestId);
      await commitChange(lab.system, { changeRequestId: removal.changeRequestId });
      await lab.work();
      expect(await lab.manifest()).toBeNull();
      expect(await lab.request(older.changeRequestId)).toMatchObject({ status: "superseded" });
      expect(await lab.deployment()).toMatchObject({ lifecycle: "removed" });
    }),
  );

  it(
    "lets requests for different files at the same time both land",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      const production = await approved(lab, version);
      await requestDeployment(lab.ada, { versionId: version.id, environment: "staging" });
      let others = 0;
      lab.fault.afterCall = async (call) => {
        // Someone else commits between our look at the branch and our commit.
        if (call !== "source-host.readFile" || others === 2) return;
        others += 1;
        await lab.sources.push("platform/environments", { [`production/other-${others}.yaml`]: "x" });
      };
      await lab.work();
      expect(others).toBe(2);
      expect([await lab.manifest("production"), await lab.manifest("staging")].every((text) => text !== null)).toBe(true);
      expect((await lab.request(production.changeRequestId)).status).toBe("committed");
    }),
  );
});

describe("removeDeployment", () => {
  it(
    "is a request like any other: file, process and endpoint go when it is approved",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      await lab.goLive(version);
      await expect(removeDeployment(lab.edsger, { deployment: lab.deploymentName })).rejects.toMatchObject({ code: "FORBIDDEN" });
      const opened = await removeDeployment(lab.ada, { deployment: lab.deploymentName, reason: "Nobody calls it." });
      expect(opened).toMatchObject({ status: "open" });
      await approveChangeRequest(lab.grace, { changeRequest: opened.changeRequestId });
      await lab.work();
      expect(await lab.manifest()).toBeNull();
      expect(lab.target.names).toEqual([]);
      expect(await lab.db.select().from(endpoint)).toEqual([]);
      expect(await lab.deployment()).toMatchObject({ lifecycle: "removed", liveVersionId: null, sync: "synced", health: "missing" });
      expect(await lab.request(opened.changeRequestId)).toMatchObject({ status: "applied", outcome: `${lab.deploymentName} is removed.` });
      await expect(removeDeployment(lab.ada, { deployment: lab.deploymentName })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    }),
  );

  it(
    "can be deployed again afterwards",
    inLab(async (lab) => {
      const version = await lab.addVersion();
      await lab.goLive(version);
      const opened = await removeDeployment(lab.ada, { deployment: lab.deploymentName });
      await approveChangeRequest(lab.grace, { changeRequest: opened.changeRequestId });
      await lab.work();
      await lab.goLive(version);
      expect(await lab.deployment()).toMatchObject({ lifecycle: "active", sync: "synced", health: "healthy", liveVersionId: version.id });
      expect((await getDeployment(lab.ada, { deployment: lab.deploymentName })).revisions.map((revision) => revision.outcome)).toEqual(["live", "replaced"]);
    }),
  );
});

it(
  "an archived version stays live, though the champion cannot move to it",
  inLab(async (lab) => {
    const version = await lab.addVersion();
    await approved(lab, version);
    await lab.work();
    await lab.db.update(modelVersion).set({ status: "archived" }).where(eq(modelVersion.id, version.id));
    await lab.becomeReady(1);
    expect(await lab.deployment()).toMatchObject({ health: "healthy", liveVersionId: version.id });
    expect(await lab.db.select().from(deployment)).toHaveLength(1);
  }),
);
