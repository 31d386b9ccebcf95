import { experiment, project, trackedRun } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { beforeAll, expect, it } from "vitest";
import { newId } from "../kernel/ids.ts";
import { actingAs, testContext } from "../kernel/testing/test-context.ts";
import { recordEdge, traceLineage } from "./index.ts";

const database = testDatabase();
const at = new Date("2026-01-01T00:00:00Z");
let ada: Awaited<ReturnType<typeof actingAs>>;
beforeAll(async () => {
  ada = await actingAs(testContext({ db: database.db }), "Ada", "data_scientist");
});

it("calls a client's run by its name and leads to its page in the experiment", async () => {
  const [projectId, first, second] = [newId(), newId(), newId()];
  await database.db
    .insert(project)
    .values({ id: projectId, slug: "delays", title: "Delays", visibility: "internal", repository: "", createdBy: ada.actor.userId, createdAt: at });
  const [home] = await database.db.insert(experiment).values({ projectId, name: "grid", createdAt: at, updatedAt: at }).returning({ id: experiment.id });
  const run = { experimentId: home?.id ?? 0, source: "client" as const, startTime: 1, createdAt: at };
  await database.db.insert(trackedRun).values([
    { ...run, id: first, name: "trial 1", status: "FINISHED" },
    { ...run, id: second, name: "trial 2", status: "KILLED" },
  ]);
  await recordEdge(database.db, ada, { from: { kind: "run", id: first }, to: { kind: "run", id: second }, relation: "resumed_as", projectId });
  const { nodes } = await traceLineage(ada, { kind: "run", id: first });
  expect(nodes).toMatchObject([
    { label: "trial 1", href: `/experiments/${home?.id}/runs/${first}`, status: "succeeded", depth: 0 },
    { label: "trial 2", href: `/experiments/${home?.id}/runs/${second}`, status: "cancelled", depth: 1 },
  ]);
});
