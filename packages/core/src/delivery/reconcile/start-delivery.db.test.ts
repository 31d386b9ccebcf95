import { testDatabase } from "@trellis/db/testing";
import { describe, expect, it } from "vitest";
import { deploymentReconcile, environmentReconcile } from "../jobs.ts";
import { pushWorkload, startDelivery, sweepDelivery } from "./start-delivery.ts";
import { inDeliveryLab } from "../testing/delivery-lab.ts";
import { requestDeployment } from "../request-deployment.ts";

const database = testDatabase();

describe("what pushes delivery on", () => {
  it(
    "is each change of a workload",
    inDeliveryLab(database, async (lab) => {
      await lab.goLive(await lab.addVersion());
      await pushWorkload(lab.system, lab.workload(1));
      await pushWorkload(lab.system, "someone-else@1");
      expect((await lab.jobs(deploymentReconcile.name)).map((job) => job.payload)).toEqual([{ deploymentId: (await lab.deployment()).id }]);
    }),
  );

  it(
    "is a look at everything that is unfinished",
    inDeliveryLab(database, async (lab) => {
      const { changeRequestId } = await requestDeployment(lab.ada, { versionId: (await lab.addVersion()).id });
      await lab.approve(changeRequestId);
      await sweepDelivery(lab.system);
      expect((await lab.jobs("change.commit")).map((job) => job.key)).toEqual([changeRequestId, changeRequestId]);
      expect(await lab.jobs(environmentReconcile.name)).toHaveLength(2);
    }),
  );

  it(
    "listens from its start and not after its stop",
    inDeliveryLab(database, async (lab) => {
      await lab.goLive(await lab.addVersion());
      const loop = startDelivery(lab.system);
      await loop.stop();
      lab.target.giveUp(lab.workload(1), "It exited with code 1.");
      expect(await lab.jobs(deploymentReconcile.name)).toEqual([]);
    }),
  );
});
