import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { deploymentLog, getChangeRequest, rollbackDeployment } from "@trellis/core/delivery/index.ts";
import { readWindow } from "@trellis/core/serving/index.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeRealProject, openRealDelivery, type RealDelivery } from "./testing/real-delivery.ts";

const NAME = "real-production";

describe("delivery on real git, processes, jobs and models", () => {
  let folder: string;
  let real: RealDelivery;
  let place: Awaited<ReturnType<typeof makeRealProject>>;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trellis-delivery-"));
    real = await openRealDelivery(folder);
    place = await makeRealProject(real);
  });
  afterAll(async () => {
    await real.close();
    await rm(folder, { recursive: true, force: true });
  });

  const predict = (x: unknown) =>
    real.gateway.request(`http://localhost/serve/${NAME}/invocations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ dataframe_records: [{ x }] }),
    });
  const answers = async (x: number) => {
    const response = await predict(x);
    return [response.status, await response.json(), response.headers.get("trellis-model-version")];
  };
  const status = (changeRequest: string, ...wanted: string[]) =>
    real.until(
      () => getChangeRequest(real.context, { changeRequest }),
      (found) => wanted.includes(found.status),
    );
  const settled = () =>
    real.until(
      () => real.deployment(NAME),
      (found) => found.sync === "synced" && found.health === "healthy",
    );

  it("brings an approved version to where it answers", async () => {
    const { versionId } = await place.addVersion("10");
    const request = await status(await place.deploy(versionId), "applied", "failed");
    expect([request.status, real.problems]).toEqual(["applied", []]);
    expect(await settled()).toMatchObject({ live: { version: 1 }, endpoint: { ready: true }, example: { row: { x: 2 } } });
    expect(await answers(4)).toEqual([200, { predictions: [{ y: 40 }] }, "1"]);
    expect((await predict("four")).status).toBe(400);
    expect((await deploymentLog(real.context, { deployment: NAME })).version).toBe(1);
  });

  it("keeps it when its successor cannot be loaded, and says why", async () => {
    const { versionId } = await place.addVersion("not JSON");
    const request = await status(await place.deploy(versionId), "applied", "failed");
    expect(request).toMatchObject({ status: "failed", outcome: expect.stringContaining("Version 2 could not be started. Version 1 still answers.") });
    expect(await answers(4)).toEqual([200, { predictions: [{ y: 40 }] }, "1"]);
    expect(await real.deployment(NAME)).toMatchObject({ health: "degraded", live: { version: 1 }, desired: { version: 2 }, rollbackTo: { version: 1 } });
    const { version, text } = await deploymentLog(real.context, { deployment: NAME });
    expect([version, text]).toEqual([2, expect.stringContaining("JSONDecodeError")]);
  });

  it("replaces it without one request that fails", async () => {
    const { versionId } = await place.addVersion("20");
    const id = await place.deploy(versionId);
    const seen: unknown[] = [];
    const traffic = { isOn: true };
    const caller = (async () => {
      while (traffic.isOn) seen.push(await answers(1));
    })();
    await status(id, "applied", "failed");
    await real.until(
      () => real.deployment(NAME),
      (found) => found.events.some((event) => event.kind === "stopped" && event.message === "Version 1 stopped."),
    );
    traffic.isOn = false;
    await caller;
    expect(new Set(seen.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['[200,{"predictions":[{"y":10}]},"1"]', '[200,{"predictions":[{"y":20}]},"3"]']),
    );
  });

  it("rolls back with one call", async () => {
    const { changeRequestId } = await rollbackDeployment(place.ada, { deployment: NAME });
    await status(changeRequestId, "applied", "failed");
    expect(await settled()).toMatchObject({ live: { version: 1 }, held: true });
    expect((await answers(4))[2]).toBe("1");
  });

  it("logged every prediction that it answered", async () => {
    await real.inferenceLog.flush();
    const { id } = await real.deployment(NAME);
    const rows = readWindow(real.context, { deploymentId: id, from: new Date(0), to: new Date(Date.now() + 1_000) });
    const versions = new Set<number>();
    for await (const row of rows.rows) {
      versions.add(row.version);
      expect(row.outputs.y).toBe(Number(row.inputs.x) * (row.version === 1 ? 10 : 20));
    }
    expect([...versions].toSorted()).toEqual([1, 3]);
    expect(rows.report()).toMatchObject({ skipped: 0 });
  });

  it("answers again after the portal was stopped and started", async () => {
    await real.close();
    real = await openRealDelivery(folder);
    await real.until(
      () => real.deployment(NAME),
      (found) => found.sync === "synced" && found.health === "healthy" && found.endpoint.ready,
    );
    await real.until(
      async () => (await predict(4)).status,
      (code) => code === 200,
    );
    expect(await answers(4)).toEqual([200, { predictions: [{ y: 40 }] }, "1"]);
  });
});
