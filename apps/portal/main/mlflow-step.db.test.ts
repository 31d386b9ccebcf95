import { readFile } from "node:fs/promises";
import path from "node:path";
import { createProject } from "@trellis/core/catalog/index.ts";
import { SourceHostCapability } from "@trellis/core/catalog/ports.ts";
import { CHANGES_CHANNEL } from "@trellis/core/kernel/changes.ts";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { getRun, isRunEnded, registerPipelines, startRun } from "@trellis/core/pipelines/index.ts";
import { PythonEnvironmentsCapability } from "@trellis/core/pipelines/ports.ts";
import { createExperiment, getTrackedRun, listRunArtifacts, protocolRunId } from "@trellis/core/tracking/index.ts";
import { testDatabase } from "@trellis/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mlflowPython } from "./testing/mlflow-client.ts";
import { type OpenPortal, openPortal } from "./testing/open-portal.ts";

const TIMEOUT_MS = 300_000;
const PIPELINE = "version: 1\nproject: flights\npipelines:\n  train:\n    steps:\n      fit: { stage: train, run: python step.py }\n";

describe("an unmodified MLflow client in a pipeline's step", () => {
  const database = testDatabase();
  let portal: OpenPortal;
  let ada: CoreContext;
  let run: Awaited<ReturnType<typeof getRun>>;

  beforeAll(async () => {
    const environment = path.dirname(path.dirname(await mlflowPython("3.18")));
    portal = await openPortal(database.handle, {
      adjust: ({ providers }) =>
        providers.bind(PythonEnvironmentsCapability, {
          find: async (lockDigest) => ({ lockDigest, folder: environment }),
          installCommand: async () => ({ command: "true", environment: {} }),
        }),
    });
    ada = (await portal.person("Ada", "data_scientist")).context;
    const others = await makeProject("others", {});
    const another = await createExperiment(ada, { scope: { projectId: others }, name: "another project" });
    const script = await readFile(path.join(import.meta.dirname, "testing/mlflow/step.py"), "utf8");
    await makeProject("flights", {
      "trellis.yaml": PIPELINE,
      "uv.lock": "",
      "pyproject.toml": "",
      "step.py": script.replace("ANOTHER", String(another.experimentId)),
    });
    await registerPipelines(ada, { project: "flights" });
    const { runId } = await startRun(ada, { project: "flights", pipeline: "train" });
    run = await ended(runId);
  }, TIMEOUT_MS);
  afterAll(() => portal.close());

  async function makeProject(slug: string, files: Record<string, string>): Promise<string> {
    const repository = `projects/${slug}`;
    const ownerId = ada.actor.kind === "user" ? ada.actor.userId : "";
    const { id } = await createProject(ada, { slug, title: slug, repository, ownerId });
    const sources = portal.context.resolve(SourceHostCapability);
    await sources.createRepository(repository);
    const changes = Object.entries({ "README.md": slug, ...files }).map(([file, content]) => ({ path: file, content }));
    await sources.commit(repository, { branch: "main", message: "First", author: { name: "Ada", email: "ada@example.org" }, changes, key: slug });
    return id;
  }

  /** The run once it has ended; looks at each announced change. */
  async function ended(runId: string) {
    const changed: { wake: () => void } = { wake() {} };
    const unlisten = await database.handle.listen(CHANGES_CHANNEL, () => changed.wake());
    try {
      for (;;) {
        const next = new Promise<void>((resolve) => (changed.wake = resolve));
        const found = await getRun(ada, { runId });
        if (isRunEnded(found.status)) return found;
        await next;
      }
    } finally {
      await unlisten();
    }
  }

  it("logs into the step's own run, with nothing configured", async () => {
    expect(run.status, run.reason ?? "").toBe("succeeded");
    const tracked = await getTrackedRun(ada, { runId: run.id });
    const metrics = Object.fromEntries(tracked.metrics.map(({ key, value }) => [key, value]));
    expect(metrics).toMatchObject({ loss: 0.25, training_score: expect.closeTo(0.97, 1) as number });
    expect(Object.fromEntries(tracked.params.map(({ key, value }) => [key, value]))).toMatchObject({ C: "0.5", max_iter: "150" });
    expect((await listRunArtifacts(ada, { runId: run.id })).items.map((file) => file.path)).toContain("notes.txt");
  });

  it("changes neither the run's name nor what became of it", async () => {
    expect(await getTrackedRun(ada, { runId: run.id })).toMatchObject({ name: "train 1", status: "FINISHED", source: "pipeline" });
  });

  it("finds nothing of another project, though that is open to people", async () => {
    const { params } = await getTrackedRun(ada, { runId: run.id });
    expect(Object.fromEntries(params.map(({ key, value }) => [key, value]))).toMatchObject({ others: "0", another: "RESOURCE_DOES_NOT_EXIST" });
  });

  it("is refused with the same token once the step has ended", async () => {
    const attempt = run.attempts.find(({ stepKey }) => stepKey === "fit");
    const token = portal.auth.attemptTokens.tokenOf(attempt?.id ?? "");
    const response = await fetch(`${portal.url}/api/2.0/mlflow/runs/get?run_id=${protocolRunId(run.id)}`, { headers: { authorization: `Bearer ${token}` } });
    expect([response.status, await response.json()]).toEqual([
      401,
      { error_code: "UNAUTHENTICATED", message: "This token was a pipeline step's, which has ended." },
    ]);
  });

  it("opens no other door with its token", async () => {
    const attempt = run.attempts.find(({ stepKey }) => stepKey === "fit");
    const authorization = `Bearer ${portal.auth.attemptTokens.tokenOf(attempt?.id ?? "")}`;
    for (const address of ["/api/v1/projects", "/git/projects/flights.git/info/refs?service=git-upload-pack", "/serve/x/v2"])
      expect((await fetch(portal.url + address, { headers: { authorization } })).status, address).toBe(401);
  });
});
