import { appendFile, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import type { Database } from "@trellis/db";
import { deployment, environment, inferenceSegment, modelVersion, modelVersionFile, registeredModel } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { createProject } from "../../catalog/index.ts";
import { SourceHostCapability } from "../../catalog/ports.ts";
import { MemorySourceHost } from "../../catalog/testing/memory-source-host.ts";
import { actingAs, testContext } from "../../kernel/testing/test-context.ts";
import { registerPipelines } from "../../pipelines/index.ts";
import { PythonEnvironmentsCapability } from "../../pipelines/ports.ts";
import { FakeEnvironments } from "../../pipelines/testing/fake-environments.ts";
import { renderInferenceLine } from "../../serving/domain/inference-line.ts";
import { ServingFoldersCapability } from "../../serving/ports.ts";
import { ArtifactStoreCapability } from "../../tracking/ports.ts";
import { MemoryArtifactStore } from "../../tracking/testing/memory-artifact-store.ts";
import { type DriftDetector, DriftDetectorCapability } from "../ports.ts";

export const WEEK_MS = 7 * 86_400_000;
/** The first week of traffic begins here. */
export const FIRST_DAY = Date.parse("2001-02-01T00:00:00Z");

const TRELLIS_YAML = (slug: string, trigger: boolean): string => `version: 1
project: ${slug}
pipelines:
  train:
    parameters:
      until: { type: string, default: "2001-01-31" }
    steps:
      train: { stage: train, run: python -m train, outputs: [model] }
    register: { model: ${slug}, from: train, path: model }
${trigger ? "    triggers:\n      - drift: { monitor: production, parameters: { until: $window_end } }\n" : ""}monitors:
  production: { environment: production, window: 7d, min_rows: 20, alert_after: 2, of_last: 3 }
`;

/** A detector for tests: a column has drifted when the mean of its numbers is over 10. Remembers how often it was asked. */
export class MeanDetector implements DriftDetector {
  calls = 0;

  async compare({ currentRows, columns }: Parameters<DriftDetector["compare"]>[0]): ReturnType<DriftDetector["compare"]> {
    this.calls += 1;
    return {
      referenceRows: 500,
      currentRows: currentRows.length,
      columns: columns.map(({ name, kind }) => {
        const numbers = currentRows.map((row) => row[name]).filter((value) => typeof value === "number");
        const mean = numbers.reduce((sum, value) => sum + value, 0) / Math.max(numbers.length, 1);
        return {
          name,
          kind,
          verdict: mean > 10 ? "drifted" : "stable",
          method: "psi",
          value: mean / 100,
          threshold: 0.1,
          noiseFloor: 0.01,
          missingShare: { reference: 0, current: 0 },
          newCategories: [],
          bins: [
            { label: "≤ 10", reference: 0.9, current: mean > 10 ? 0.2 : 0.9 },
            { label: "> 10", reference: 0.1, current: mean > 10 ? 0.8 : 0.1 },
          ],
          message: null,
        };
      }),
    };
  }
}

/** A project with a model that is live in production, and traffic that the test makes. Labs share a database; each has names of its own. */
export async function openMonitoringLab(db: Database, options: { trigger?: boolean; visibility?: "internal" | "private" } = {}) {
  const detector = new MeanDetector();
  const store = new MemoryArtifactStore();
  const sources = new MemorySourceHost();
  const inference = await mkdtemp(path.join(tmpdir(), "trellis-inference-"));
  const clock = { now: new Date("2026-11-24T10:00:00Z") };
  const system = testContext({
    db,
    now: () => clock.now,
    ports: [
      [DriftDetectorCapability, detector],
      [ArtifactStoreCapability, store],
      [SourceHostCapability, sources],
      [PythonEnvironmentsCapability, new FakeEnvironments()],
      [ServingFoldersCapability, { inference, workloads: inference }],
    ],
  });
  const ada = await actingAs(system, "Ada", "data_scientist");
  const otto = await actingAs(system, "Otto", "data_scientist");
  const vera = await actingAs(system, "Vera", "viewer");
  const slug = `watch-${system.newId().slice(-8)}`;
  const project = await createProject(ada, {
    slug,
    title: "Watch",
    repository: `projects/${slug}`,
    visibility: options.visibility ?? "internal",
    ownerId: ada.actor.userId,
  });
  await sources.push(project.repository, { "trellis.yaml": TRELLIS_YAML(slug, options.trigger ?? true), "uv.lock": "version = 1\n" });
  await registerPipelines(ada, { project: project.id });

  const modelId = system.newId();
  await db.insert(registeredModel).values({ id: modelId, projectId: project.id, name: slug, createdAt: clock.now, updatedAt: clock.now });
  const environmentId = await productionOf(db, system.newId(), clock.now);
  const deploymentId = system.newId();
  const name = `${slug}-production`;
  await db.insert(deployment).values({
    id: deploymentId,
    name,
    projectId: project.id,
    environmentId,
    modelId,
    createdAt: clock.now,
    updatedAt: clock.now,
    sync: "synced",
    health: "healthy",
  });

  /** Registers a version and makes it live. */
  async function release(version: number, reference = "distance,probability\n1,0.1\n"): Promise<string> {
    const versionId = system.newId();
    await db.insert(modelVersion).values({
      id: versionId,
      modelId,
      version,
      digest: "sha256:0",
      sizeBytes: 1,
      runId: system.newId(),
      commit: "c",
      lockDigest: "sha256:1",
      metrics: {},
      params: {},
      createdAt: clock.now,
      signature: {
        inputs: [
          { name: "distance", type: "double" },
          { name: "origin", type: "string" },
        ],
        outputs: [{ name: "probability", type: "double" }],
      },
      descriptor: { reference: "reference.csv", features: { numeric: ["distance"], categorical: ["origin"] } },
    });
    if (reference !== "") {
      const blob = await store.put(Readable.from([reference]));
      await db.insert(modelVersionFile).values({ versionId, path: "reference.csv", ...blob });
    }
    await db.update(deployment).set({ liveVersionId: versionId, desiredVersionId: versionId, liveSince: clock.now }).where(eq(deployment.id, deploymentId));
    return versionId;
  }

  /** Logs rows of a week (0 is the first), with this mean distance, as the gateway would; the clock moves on by a minute. */
  const send = (versionId: string, version: number, week: number, rows: number, mean: number): Promise<void> =>
    sendMixed(versionId, version, [{ week, rows, mean }]);

  /** The same for several weeks in one file of the log. */
  async function sendMixed(
    versionId: string,
    version: number,
    parts: { week: number; rows: number; mean: number; /** Share of the week after which they begin. */ from?: number }[],
  ): Promise<void> {
    clock.now = new Date(clock.now.getTime() + 60_000);
    const segment = `${name}/${system.newId()}.jsonl`;
    const sent = parts.flatMap(({ week, rows, mean, from = 0 }) =>
      Array.from({ length: rows }, (_, index) => ({
        mean,
        eventTime: new Date(FIRST_DAY + week * WEEK_MS + Math.floor((from + (index / Math.max(1, rows - 1)) * (1 - from)) * (WEEK_MS - 1))),
      })),
    );
    await mkdir(path.join(inference, name), { recursive: true });
    const lines = sent.map(({ eventTime, mean }, index) =>
      renderInferenceLine({
        id: `${segment}.${index}`,
        at: clock.now,
        eventTime,
        versionId,
        version,
        inputs: { distance: mean, origin: "ORD" },
        outputs: { probability: 0.1 },
        latencyMs: 1,
      }),
    );
    await appendFile(path.join(inference, segment), lines.join(""));
    const times = sent.map(({ eventTime }) => eventTime.getTime());
    await db.insert(inferenceSegment).values({
      id: system.newId(),
      deploymentId,
      versionId,
      path: segment,
      rows: sent.length,
      sizeBytes: 1,
      fromTime: new Date(Math.min(...times)),
      toTime: new Date(Math.max(...times)),
      loggedAt: clock.now,
    });
  }

  return { db, system, ada, otto, vera, clock, detector, store, sources, project, deploymentId, name, modelId, release, send, sendMixed };
}

export type MonitoringLab = Awaited<ReturnType<typeof openMonitoringLab>>;

async function productionOf(db: Database, id: string, now: Date): Promise<string> {
  await db.insert(environment).values({ id, name: "production", position: 2, approvalsRequired: 1, createdAt: now }).onConflictDoNothing();
  const [row] = await db.select({ id: environment.id }).from(environment).where(eq(environment.name, "production"));
  return row?.id ?? id;
}
