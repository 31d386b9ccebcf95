import { auditEvent, experiment, project, projectMember, trackedRun } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { and, eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { createTrackedRun } from "../runs/create-tracked-run.ts";
import { getTrackedRun } from "../runs/get-tracked-run.ts";
import { logInputs } from "../runs/log-inputs.ts";
import { deleteTrackedRun } from "../runs/update-tracked-run.ts";
import { openTrackingLab, refusals, type TrackingLab } from "../testing/tracking-lab.ts";
import { createExperiment } from "./create-experiment.ts";
import { deleteExperiment, restoreExperiment } from "./delete-experiment.ts";
import { getExperiment, getExperimentByName } from "./get-experiment.ts";
import { moveExperiment } from "./move-experiment.ts";
import { searchExperimentDatasets } from "./search-experiment-datasets.ts";
import { deleteExperimentTag, setExperimentTag, updateExperiment } from "./update-experiment.ts";

const database = testDatabase();
const asPerson = { projectId: null };
let lab: TrackingLab;
beforeAll(async () => {
  lab = await openTrackingLab(database.db);
});

const create = (name: string, scope = lab.scope, ctx = lab.ada) => createExperiment(ctx, { scope, name });
const audited = (id: number) =>
  database.db
    .select({ action: auditEvent.action })
    .from(auditEvent)
    .where(and(eq(auditEvent.subjectKind, "experiment"), eq(auditEvent.subjectId, String(id))));

describe("an experiment", () => {
  it("is made in the scope's project, with tags, and found by number and name", async () => {
    const tags = [
      { key: "team", value: "delays" },
      { key: "a", value: "" },
    ];
    const { experimentId } = await createExperiment(lab.ada, { scope: lab.scope, name: "delays", tags });
    const found = await getExperiment(lab.ada, { scope: lab.scope, experimentId });
    expect(found).toEqual({
      experimentId,
      projectId: lab.projectId,
      name: "delays",
      artifactLocation: `mlflow-artifacts:/experiments/${experimentId}`,
      lifecycleStage: "active",
      creationTime: lab.clock.now.getTime(),
      lastUpdateTime: lab.clock.now.getTime(),
      tags: tags.toReversed(),
    });
    expect(await getExperimentByName(lab.ada, { scope: lab.scope, name: "delays" })).toEqual(found);
    expect(await audited(experimentId)).toEqual([{ action: "tracking.experiment.create" }]);
  });

  it("may have a place of its own for files", async () => {
    const { experimentId } = await createExperiment(lab.ada, { scope: lab.scope, name: "bucket", artifactLocation: "s3://bucket/x" });
    expect((await getExperiment(lab.ada, { scope: lab.scope, experimentId })).artifactLocation).toBe("s3://bucket/x");
    for (const artifactLocation of ["s3://b/x?a=1", "s3://b/x#f", "runs:/1/x", "file:///a/../b", "x".repeat(2_049)])
      await expect(createExperiment(lab.ada, { scope: lab.scope, name: "wrong", artifactLocation })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("has a name of 1 to 500 characters that no other of the project has, a deleted one included", async () => {
    const { experimentId } = await create("taken");
    await expect(create("taken")).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("already exists") });
    await deleteExperiment(lab.ada, { scope: lab.scope, experimentId });
    await expect(create("taken")).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await getExperimentByName(lab.ada, { scope: lab.scope, name: "taken" })).toMatchObject({ lifecycleStage: "deleted" });
    await create("taken", { projectId: await lab.newProject() });
    await create("x".repeat(500));
    for (const name of ["", "x".repeat(501), "a\0"]) await expect(create(name)).rejects.toMatchObject({ code: "INVALID" });
  });

  it("that is not there is told so, in the words that clients look for", async () => {
    await expect(getExperiment(lab.ada, { scope: lab.scope, experimentId: 999_999 })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "No Experiment with id=999999 exists",
    });
    await expect(getExperimentByName(lab.ada, { scope: lab.scope, name: "none" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "Could not find experiment with name 'none'",
    });
  });

  it("is renamed and tagged while it is not deleted", async () => {
    const { experimentId } = await create("before");
    await create("other");
    const at = { scope: lab.scope, experimentId };
    await updateExperiment(lab.ada, { ...at, name: "after" });
    await setExperimentTag(lab.ada, { ...at, key: "k", value: "1" });
    await setExperimentTag(lab.ada, { ...at, key: "k", value: "2" });
    expect(await getExperiment(lab.ada, at)).toMatchObject({ name: "after", tags: [{ key: "k", value: "2" }] });
    await expect(updateExperiment(lab.ada, { ...at, name: "other" })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(setExperimentTag(lab.ada, { ...at, key: "k", value: "x".repeat(20_001) })).rejects.toMatchObject({
      code: "INVALID",
      message: "'value' exceeds the maximum length of 20000 characters",
    });
    await deleteExperimentTag(lab.ada, { ...at, key: "k" });
    await expect(deleteExperimentTag(lab.ada, { ...at, key: "k" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("No tag with name: k"),
    });
    await deleteExperiment(lab.ada, at);
    await expect(updateExperiment(lab.ada, { ...at, name: "late" })).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("must be in the 'active' state"),
    });
    await expect(setExperimentTag(lab.ada, { ...at, key: "k", value: "1" })).rejects.toMatchObject({ code: "INVALID" });
  });
});

describe("deleting an experiment", () => {
  it("deletes its runs and restoring brings back those that it deleted", async () => {
    const experimentId = await lab.experiment();
    const [first, kept] = [await lab.run(experimentId), await lab.run(experimentId)];
    await deleteTrackedRun(lab.ada, { runId: first });
    lab.clock.now = new Date(lab.clock.now.getTime() + 1_000);
    await deleteExperiment(lab.ada, { scope: lab.scope, experimentId });
    expect(await getTrackedRun(lab.ada, { runId: kept })).toMatchObject({ lifecycleStage: "deleted" });
    await expect(createTrackedRun(lab.ada, { scope: lab.scope, experimentId })).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("must be in the 'active' state"),
    });
    await expect(deleteExperiment(lab.ada, { scope: lab.scope, experimentId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await restoreExperiment(lab.ada, { scope: lab.scope, experimentId });
    expect(await getTrackedRun(lab.ada, { runId: kept })).toMatchObject({ lifecycleStage: "active" });
    expect(await getTrackedRun(lab.ada, { runId: first })).toMatchObject({ lifecycleStage: "deleted" });
    await expect(restoreExperiment(lab.ada, { scope: lab.scope, experimentId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await audited(experimentId)).map(({ action }) => action)).toEqual([
      "tracking.experiment.create",
      "tracking.experiment.delete",
      "tracking.experiment.restore",
    ]);
  });

  it("is refused while it holds runs of a pipeline", async () => {
    const experimentId = await lab.experiment();
    const runId = await lab.run(experimentId);
    await database.db.update(trackedRun).set({ source: "pipeline" }).where(eq(trackedRun.id, runId));
    await expect(deleteExperiment(lab.ada, { scope: lab.scope, experimentId })).rejects.toMatchObject({ code: "INVALID" });
    await expect(moveExperiment(lab.ada, { experimentId, projectId: await lab.newProject() })).rejects.toMatchObject({ code: "INVALID" });
    expect(await getExperiment(lab.ada, { scope: lab.scope, experimentId })).toMatchObject({ lifecycleStage: "active" });
  });
});

describe("experiment 0", () => {
  it("is the project's default, made at the first use", async () => {
    const scope = { projectId: await lab.newProject() };
    const found = await getExperiment(lab.ada, { scope, experimentId: 0 });
    expect(found).toMatchObject({ name: "Default", projectId: scope.projectId });
    expect(found.experimentId).toBeGreaterThan(0);
    expect(await getExperimentByName(lab.ada, { scope, name: "Default" })).toEqual(found);
    expect(await createTrackedRun(lab.ada, { scope, experimentId: 0 })).toMatchObject({ experimentId: found.experimentId });
  });

  it("of a person is in a private project of their own, made once", async () => {
    const grace = await lab.person("Grace Hopper");
    const found = await Promise.all(Array.from({ length: 4 }, () => getExperiment(grace, { scope: asPerson, experimentId: 0 })));
    expect(new Set(found.map(({ experimentId }) => experimentId)).size).toBe(1);
    const [own] = await database.db.select().from(project).where(eq(project.personalOf, grace.actor.userId));
    expect(own).toMatchObject({
      id: found[0]?.projectId,
      slug: "personal-grace-hopper",
      title: "Grace Hopper's notebooks",
      visibility: "private",
      repository: "",
    });
    const namesake = await lab.person("Grace Hopper");
    expect(await createTrackedRun(namesake, { scope: asPerson, experimentId: 0 })).not.toMatchObject({ projectId: own?.id });
    await expect(getExperiment(namesake, { scope: asPerson, experimentId: found[0]?.experimentId ?? 0 })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is not there for those who may not make it", async () => {
    const viewer = await lab.person("Vic", "viewer");
    await expect(getExperiment(viewer, { scope: asPerson, experimentId: 0 })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "No Experiment with id=0 exists",
    });
    await expect(getExperiment(viewer, { scope: { projectId: await lab.newProject() }, experimentId: 0 })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a name that a person asks for", () => {
  it("is looked for at home, then where they may write, then elsewhere; the oldest of several", async () => {
    const ida = await lab.person("Ida");
    const mine = await lab.newProject();
    await database.db.insert(projectMember).values({ projectId: mine, userId: ida.actor.userId, role: "contributor", createdAt: lab.clock.now });
    const ask = async () => (await getExperimentByName(ida, { scope: asPerson, name: "shared" })).projectId;
    await create("shared", { projectId: await lab.newProject(lab.ada, "private") });
    await expect(ask()).rejects.toMatchObject({ code: "NOT_FOUND" });
    const [older, younger] = [await lab.newProject(), await lab.newProject()];
    await create("shared", { projectId: older });
    await create("shared", { projectId: younger });
    expect(await ask()).toBe(older);
    await create("shared", { projectId: mine });
    expect(await ask()).toBe(mine);
    const { experimentId } = await create("shared", asPerson, ida);
    const own = (await getExperiment(ida, { scope: asPerson, experimentId })).projectId;
    expect(await ask()).toBe(own);
  });

  it("is not found in projects that are archived, nor outside the scope", async () => {
    const elsewhere = await lab.newProject();
    await create("only there", { projectId: elsewhere });
    await expect(getExperimentByName(lab.ada, { scope: lab.scope, name: "only there" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await database.db.update(project).set({ archivedAt: new Date() }).where(eq(project.id, elsewhere));
    await expect(getExperimentByName(lab.ada, { scope: asPerson, name: "only there" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("who may", () => {
  it("write is a member of the project; a private one does not exist for others", async () => {
    const eve = await lab.person("Eve");
    const experimentId = await lab.experiment();
    const at = { scope: lab.scope, experimentId };
    expect(await getExperiment(eve, at)).toMatchObject({ experimentId });
    for (const refusal of await refusals([
      create("eve's", lab.scope, eve),
      deleteExperiment(eve, at),
      updateExperiment(eve, { ...at, name: "x" }),
      setExperimentTag(eve, { ...at, key: "k", value: "" }),
    ]))
      expect(refusal).toMatchObject({ code: "FORBIDDEN" });
    const hidden = (await create("hidden", { projectId: await lab.newProject(lab.ada, "private") })).experimentId;
    for (const refusal of await refusals([
      getExperiment(eve, { scope: asPerson, experimentId: hidden }),
      deleteExperiment(eve, { scope: asPerson, experimentId: hidden }),
    ]))
      expect(refusal).toMatchObject({ code: "NOT_FOUND", message: `No Experiment with id=${hidden} exists` });
  });

  it("move may write on both sides, and the name must be free there", async () => {
    const experimentId = await lab.experiment("wandering");
    const [target, foreign] = [await lab.newProject(), await lab.newProject(await lab.person("Bob"))];
    await expect(moveExperiment(lab.ada, { experimentId, projectId: foreign })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await moveExperiment(lab.ada, { experimentId, projectId: target });
    expect(await getExperiment(lab.ada, { scope: lab.scope, experimentId })).toMatchObject({ experimentId, projectId: target });
    const second = await lab.experiment("wandering");
    await expect(moveExperiment(lab.ada, { experimentId: second, projectId: target })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await database.db.$count(experiment, eq(experiment.projectId, target))).toBe(1);
  });
});

describe("datasets of experiments", () => {
  it("are listed once for each use, by name", async () => {
    const experimentId = await lab.experiment();
    for (const [name, context] of [
      ["b", "training"],
      ["a", "eval"],
      ["b", "training"],
    ] as const)
      await logInputs(lab.ada, {
        runId: await lab.run(experimentId),
        datasets: [{ name, digest: "1", sourceType: "local", source: "/x", tags: [{ key: "mlflow.data.context", value: context }] }],
      });
    expect(await searchExperimentDatasets(lab.ada, { scope: lab.scope, experimentIds: [experimentId] })).toEqual([
      { experimentId, name: "a", digest: "1", context: "eval" },
      { experimentId, name: "b", digest: "1", context: "training" },
    ]);
    await expect(searchExperimentDatasets(lab.ada, { scope: lab.scope, experimentIds: [] })).rejects.toMatchObject({ code: "INVALID" });
  });
});
