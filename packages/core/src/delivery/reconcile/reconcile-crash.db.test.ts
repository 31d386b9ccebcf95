import { testDatabase } from "@trellis/db/testing";
import { deploymentRevision } from "@trellis/db/schema";
import { describe, expect, it } from "vitest";
import { approveChangeRequest } from "../approve-change-request.ts";
import { requestDeployment } from "../request-deployment.ts";
import { type DeliveryLab, inDeliveryLab } from "../testing/delivery-lab.ts";
import { sweepDelivery } from "./start-delivery.ts";

/** Thrown where the process is killed. */
class Killed extends Error {}

const database = testDatabase();
const inLab = (test: (lab: DeliveryLab) => Promise<void>) => inDeliveryLab(database, test);
const later = (lab: DeliveryLab, seconds: number) => {
  lab.clock.now = new Date(lab.clock.now.getTime() + seconds * 1000);
};

describe("killed at any point, and started again", () => {
  /** Every use of a port in the whole walk, before and after. */
  it("goes on to the same end, with nothing done twice", async () => {
    const points: string[] = [];
    await inLab(async (lab) => {
      lab.fault.before = (call) => void points.push(`before ${call}`);
      lab.fault.afterCall = (call) => void points.push(`after ${call}`);
      await walk(lab);
    })();
    expect(points.length).toBeGreaterThan(30);
    // A use that comes again and again is killed at its first and its last.
    for (const [index, point] of points.entries()) {
      if (points.indexOf(point) !== index && points.lastIndexOf(point) !== index) continue;
      await inLab(async (lab) => {
        let left = index;
        const strike = (): void => {
          left -= 1;
          if (left === -1) throw new Killed(points[index]);
        };
        lab.fault.before = strike;
        lab.fault.afterCall = strike;
        await walk(lab);
        const commits = commitMessages(lab);
        expect(commits, points[index]).toEqual([expect.stringContaining("v1"), expect.stringContaining("v2")]);
        expect(
          (await lab.db.select().from(deploymentRevision)).map((revision) => revision.liveAt !== null),
          points[index],
        ).toEqual([true, true]);
        expect((await lab.jobs("deployment.live")).length, points[index]).toBe(2);
      })();
    }
  }, 300_000);
});

/** Deploys one version after the other. Work that is killed is done again, as the queue does. */
async function walk(lab: DeliveryLab): Promise<void> {
  const versions = [await lab.addVersion(), await lab.addVersion()];
  for (const version of versions) {
    const opened = await again(() => requestDeployment(lab.ada, { versionId: version.id }));
    await again(() => approveChangeRequest(lab.grace, { changeRequest: opened.changeRequestId }));
    await again(lab.work);
    lab.target.becomeReady(lab.workload(version.version));
    await again(() => sweepDelivery(lab.system));
    await again(lab.work);
    later(lab, 30);
    await again(lab.work);
    expect((await lab.request(opened.changeRequestId)).status).toBe("applied");
    expect(await lab.deployment()).toMatchObject({ sync: "synced", health: "healthy", liveVersionId: version.id });
    expect(lab.target.names).toEqual([lab.workload(version.version)]);
  }
}

async function again<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return work();
  }
}

function commitMessages(lab: DeliveryLab): string[] {
  return lab.sources.made.flatMap(({ message }) => (message.startsWith("Deploy") ? [message] : []));
}
