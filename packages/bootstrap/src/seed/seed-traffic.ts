import { openInferenceLog, withdrawEndpoint } from "@trellis/core/serving/index.ts";
import { ArtifactStoreCapability } from "@trellis/core/tracking/ports.ts";
import { deployment, modelVersion, modelVersionFile, project as projectTable } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { text } from "node:stream/consumers";
import { PROJECTS } from "./projects.ts";
import { createRandom } from "./random.ts";
import type { SeedWorldContext } from "./seed-world.ts";
import { makeRow, predict, type SeedModel } from "./world-rows.ts";

const MINUTE_MS = 60_000;
/** Time between two requests of a deployment on an ordinary day, and in the last hours before the end. */
const USUAL_GAP_MS = 24 * MINUTE_MS;
const BUSY_GAP_MS = 7_000;
const BUSY_MS = 2 * 3_600_000;

export type SeedTraffic = Awaited<ReturnType<typeof openSeedTraffic>>;

/**
 * Sends what the company asks its models, through the portal's own log of predictions: rows of each project's world, answered
 * by the live version's coefficients, with the latencies of a healthy service. No process answers and no port is used.
 */
export async function openSeedTraffic(world: SeedWorldContext, end: Date) {
  const log = await openInferenceLog(world.system);
  const reached = new Map<string, number>();
  const models = new Map<string, SeedModel>();

  async function modelOf(versionId: string): Promise<SeedModel> {
    const known = models.get(versionId);
    if (known) return known;
    const [file] = await world.system.db
      .select()
      .from(modelVersionFile)
      .where(and(eq(modelVersionFile.versionId, versionId), eq(modelVersionFile.path, "model.json")));
    if (!file) throw new Error(`Version ${versionId} has no model.json.`);
    const model = JSON.parse(await text(await world.system.resolve(ArtifactStoreCapability).get(file.digest))) as SeedModel;
    models.set(versionId, model);
    return model;
  }

  async function send(row: { id: string; name: string; slug: string; versionId: string; version: number; liveSince: Date | null }): Promise<void> {
    const project = PROJECTS.find(({ slug }) => slug === row.slug);
    if (!project) return;
    const model = await modelOf(row.versionId);
    const untilMs = world.clock.now().getTime();
    const random = createRandom(`${row.name} ${untilMs}`);
    let atMs = reached.get(row.id) ?? row.liveSince?.getTime() ?? untilMs;
    for (; atMs < untilMs; atMs += (end.getTime() - atMs < BUSY_MS ? BUSY_GAP_MS : USUAL_GAP_MS) * (0.4 + 1.2 * random.next())) {
      const at = new Date(atMs);
      const latencyMs = 4 + 3 * Math.exp(0.6 * random.normal());
      const outcome = random.chance(0.004) ? "server_error" : random.chance(0.01) ? "client_error" : "ok";
      log.count({ deploymentId: row.id, version: row.version, atMs, rows: outcome === "ok" ? 1 : 0, latencyMs, outcome });
      if (outcome !== "ok") continue;
      const inputs = makeRow(project.world, random, world.dayOf(at));
      log.record({
        deploymentId: row.id,
        deploymentName: row.name,
        versionId: row.versionId,
        version: row.version,
        rows: [
          {
            id: `${world.clock.newId()}.0`,
            at,
            eventTime: at,
            versionId: row.versionId,
            version: row.version,
            inputs,
            outputs: predict(model, inputs),
            latencyMs,
          },
        ],
      });
    }
    reached.set(row.id, atMs);
    await log.flush();
  }

  async function live() {
    return world.system.db
      .select({
        id: deployment.id,
        name: deployment.name,
        slug: projectTable.slug,
        versionId: modelVersion.id,
        version: modelVersion.version,
        liveSince: deployment.liveSince,
      })
      .from(deployment)
      .innerJoin(projectTable, eq(projectTable.id, deployment.projectId))
      .innerJoin(modelVersion, eq(modelVersion.id, deployment.liveVersionId))
      .where(eq(deployment.lifecycle, "active"))
      .orderBy(deployment.name);
  }

  return {
    live,
    /** Sends what has come since the last time, until now, to every deployment that answers. */
    async catchUp(): Promise<void> {
      for (const row of await live()) await send(row);
    },
    /** Ends the log; no process answers any more, and nothing says that one does. */
    async close(): Promise<void> {
      await log.close();
      for (const { id } of await live()) await world.system.db.transaction((tx) => withdrawEndpoint(tx, id));
    },
  };
}
