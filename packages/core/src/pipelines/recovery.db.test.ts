import { createHash } from "node:crypto";
import { step } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimSteps } from "./claim-steps.ts";
import { finishAttempt } from "./finish-attempt.ts";
import { registerPipelines, startRun } from "./index.ts";
import { openLab, type PipelineLab, projectFile } from "./testing/pipeline-lab.ts";

describe("a scheduler after another", () => {
  const database = testDatabase();
  let lab: PipelineLab;

  beforeEach(async () => {
    lab = await openLab(database.handle);
    await lab.push({ "uv.lock": "lock", "trellis.yaml": projectFile(lab.project.slug, "a: { stage: data, run: a }\nb: { stage: train, run: b, needs: [a] }") });
    await registerPipelines(lab.ada, { project: lab.project.slug });
  });
  afterEach(() => lab.close());

  it("adopts what runs, whichever way it ends, and runs nothing twice", async () => {
    const gate = Promise.withResolvers<number>();
    lab.executor.commands.set("a", () => gate.promise);
    const { runId } = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    const first = await lab.schedule();
    await lab.until(runId, (found) => found.attempts.some((attempt) => attempt.stepKey === "a" && attempt.status === "running"));
    await first.stop();
    await lab.schedule();
    gate.resolve(0);
    expect((await lab.ended(runId)).status).toBe("succeeded");
    expect(lab.executor.begun.map((request) => request.environment.TRELLIS_STEP)).toEqual(["environment", "a", "b"]);
  });

  it.each(["before the command was submitted", "after the command was submitted"])("takes up an attempt left launching %s", async (when) => {
    const { runId } = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    const [claimed] = (await claimSteps(lab.system, { slots: 1, memoryBytes: 0 })).claimed;
    if (!claimed) throw new Error("nothing was claimed");
    const gate = Promise.withResolvers<number>();
    if (when.startsWith("after")) {
      lab.executor.commands.set("the install", () => gate.promise);
      await lab.executor.submit({ attemptId: claimed.id, command: "the install", workFolder: "/nowhere", environment: {} });
    }
    await lab.schedule();
    if (when.startsWith("after")) {
      await lab.until(runId, (found) => found.attempts[0]?.status === "running");
      lab.environments.made.add(claimed.lockDigest);
      gate.resolve(0);
    }
    const found = await lab.ended(runId);
    expect(found.status).toBe("succeeded");
    const environment = found.attempts.filter((attempt) => attempt.stepKey === "environment").map((attempt) => `${attempt.number} ${attempt.status}`);
    expect(environment).toEqual(when.startsWith("after") ? ["1 succeeded"] : ["1 lost", "2 succeeded"]);
  });

  it("settles a run whose last step ended just before", async () => {
    const { runId } = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    await database.db.update(step).set({ status: "succeeded" }).where(eq(step.runId, runId));
    await lab.schedule();
    expect((await lab.ended(runId)).status).toBe("succeeded");
  });

  it("ends an attempt once, however often it is asked", async () => {
    await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    const [claimed] = (await claimSteps(lab.system, { slots: 1, memoryBytes: 0 })).claimed;
    if (!claimed) throw new Error("nothing was claimed");
    const outcome = { status: "succeeded" as const, exitCode: 0, reason: "" };
    const results = await Promise.all([1, 2, 3].map(() => finishAttempt(lab.system, claimed, outcome)));
    expect(results.filter((result) => result.finished)).toHaveLength(1);
  });

  it("gives up on a command that never begins", async () => {
    lab.environments.made.add(`sha256:${createHash("sha256").update("lock").digest("hex")}`);
    const { runId } = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    lab.executor.refuse = true;
    await lab.schedule();
    const found = await lab.ended(runId);
    expect([found.status, found.attempts.length]).toEqual(["errored", 6]);
  });
});
