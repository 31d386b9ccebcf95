import { auditEvent, jobOutbox, notification, pipelineTrigger, run, triggerFire } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { and, asc, eq, sql } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { handleJob, type JobHandler } from "../../jobs/index.ts";
import { datasetVersioned } from "../../tracking/index.ts";
import {
  cancelBackfill,
  fireFollowers,
  fireNewData,
  firePush,
  fireTrigger,
  getBackfill,
  listBackfills,
  makeBackfillRuns,
  makeWebhookSecret,
  nextScheduled,
  pauseTrigger,
  pipelinesBackfill,
  pipelinesFire,
  pipelinesPushed,
  projectTriggers,
  receiveWebhook,
  registerPipelines,
  registerPipelinesJob,
  resumeTrigger,
  runFinished,
  signWebhook,
  startBackfill,
  startRun,
} from "../index.ts";
import { untilStopped } from "../testing/fake-executor.ts";
import { openLab, type PipelineLab } from "../testing/pipeline-lab.ts";
import { SigningKeysCapability } from "../ports.ts";
import { fireDueSchedules } from "./fire-schedules.ts";
import { webhookSecret } from "./webhook-signature.ts";

const HANDLERS: JobHandler[] = [
  handleJob(pipelinesPushed, firePush),
  handleJob(pipelinesFire, fireTrigger),
  handleJob(pipelinesBackfill, makeBackfillRuns),
  handleJob(datasetVersioned, fireNewData),
  handleJob(runFinished, fireFollowers),
];

describe("triggers", () => {
  const database = testDatabase();
  let lab: PipelineLab;

  beforeEach(async () => {
    await database.db.delete(jobOutbox);
    lab = await openLab(database.handle);
  });
  afterEach(() => lab.close());

  /** Publishes two pipelines; `triggers` are those of `train`, YAML at six blanks. */
  async function publish(triggers: string, files: Record<string, string> = {}): Promise<string> {
    const file = `version: 1
project: ${lab.project.slug}
pipelines:
  ingest:
    steps:
      load: { stage: data, run: load }
  train:
    parameters:
      until: { type: string, default: never }
      depth: { type: integer, default: 6, min: 1 }
    steps:
      fit: { stage: train, run: fit, inputs: [data] }
    triggers:
${triggers}
`;
    const commit = await lab.push({ "uv.lock": "lock", "data/x.csv": "1", "trellis.yaml": file, ...files });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    return commit;
  }
  /** Runs what waits in the outbox, and what that asks for, until nothing is left; each job twice, as a queue may. */
  async function work(): Promise<void> {
    for (;;) {
      const jobs = await database.db.delete(jobOutbox).returning();
      if (jobs.length === 0) return;
      for (const job of jobs) {
        const handler = HANDLERS.find(({ name }) => name === job.name);
        for (let delivery = 0; handler && delivery < 2; delivery += 1) await handler.run(lab.system, job.payload);
      }
    }
  }
  const runs = () => database.db.select().from(run).where(eq(run.projectId, lab.project.id)).orderBy(asc(run.number));
  const triggers = () => projectTriggers(lab.ada, { project: lab.project.slug });
  const at = (text: string): Date => (lab.now.current = new Date(text));

  describe("schedule", () => {
    const DAILY = `      - schedule: { cron: "30 2 * * *", timezone: Europe/Berlin, parameters: { until: $date } }`;

    it("fires at its time in its zone, once, with the day in its parameters", async () => {
      at("2026-03-28T12:00:00Z");
      await publish(DAILY);
      expect(await nextScheduled(lab.ada, { project: lab.project.slug })).toMatchObject([
        { at: new Date("2026-03-29T01:00:00Z"), pipelineName: "train", project: { slug: lab.project.slug } },
        { at: new Date("2026-03-30T00:30:00Z") },
        { at: new Date("2026-03-31T00:30:00Z") },
      ]);
      await fireDueSchedules(lab.system);
      expect(await runs()).toEqual([]);
      at("2026-03-29T01:00:00Z");
      await Promise.all([fireDueSchedules(lab.system), fireDueSchedules(lab.system)]);
      await work();
      await fireDueSchedules(lab.system);
      await work();
      expect(await runs()).toMatchObject([
        {
          triggerKind: "schedule",
          requestedBy: null,
          parameters: { until: "2026-03-29", depth: 6 },
          cause: { scheduledFor: "2026-03-29T01:00:00.000Z", summary: "30 2 * * * Europe/Berlin" },
        },
      ]);
      expect(await triggers()).toMatchObject([{ nextFireAt: new Date("2026-03-30T00:30:00Z"), fires: [{ runNumber: 1, key: "2026-03-29T01:00:00.000Z" }] }]);
    });

    it.each([
      ["skip", 0],
      ["last", 1],
      ["all", 3],
    ])("makes up for what was missed by %s", async (policy, count) => {
      at("2026-01-01T12:00:00Z");
      await publish(`      - schedule: { cron: "0 6 * * *", catch_up: ${policy} }`);
      at("2026-01-04T09:00:00Z");
      await fireDueSchedules(lab.system);
      await work();
      expect(await runs()).toHaveLength(count);
      expect(await triggers()).toMatchObject([{ nextFireAt: new Date("2026-01-05T06:00:00Z") }]);
    });

    it("is woken for by the scheduler, and not while it is paused", async () => {
      at("2026-01-01T12:00:00Z");
      await publish(DAILY);
      const [trigger] = await triggers();
      const triggerId = trigger?.id ?? "";
      await pauseTrigger(lab.ada, { triggerId });
      await pauseTrigger(lab.ada, { triggerId });
      expect(await triggers()).toMatchObject([{ nextFireAt: null, pausedByName: "Ada" }]);
      await publish(DAILY);
      expect(await nextScheduled(lab.ada, { project: lab.project.slug })).toEqual([]);
      at("2026-01-05T12:00:00Z");
      await resumeTrigger(lab.ada, { triggerId });
      // What lay in the pause is not made up for.
      expect(await triggers()).toMatchObject([{ nextFireAt: new Date("2026-01-06T01:30:00Z"), pausedAt: null }]);
      at("2026-01-06T01:30:00Z");
      const scheduler = await lab.schedule();
      scheduler.kick();
      while ((await database.db.$count(jobOutbox, eq(jobOutbox.name, pipelinesFire.name))) === 0) await new Promise((resolve) => setImmediate(resolve));
      await work();
      expect(await runs()).toHaveLength(1);
      const audited = await database.db
        .select({ action: auditEvent.action })
        .from(auditEvent)
        .where(and(eq(auditEvent.projectId, lab.project.id), sql`${auditEvent.action} like 'pipelines.trigger.%'`));
      expect(audited.map((event) => event.action)).toEqual(["pipelines.trigger.pause", "pipelines.trigger.resume"]);
    });

    it("stays when the file is registered again, and ends with its line", async () => {
      at("2026-01-01T12:00:00Z");
      await publish(DAILY);
      at("2026-01-03T12:00:00Z");
      await publish(DAILY.replace("$date", "x"));
      // The firing that is due is not lost by a push.
      expect(await triggers()).toMatchObject([{ nextFireAt: new Date("2026-01-02T01:30:00Z"), spec: { parameters: { until: "x" } } }]);
      await publish(`      - push: {}`);
      expect((await triggers()).map((trigger) => trigger.name)).toEqual(["push main"]);
      expect(await nextScheduled(lab.ada, { project: lab.project.slug })).toEqual([]);
    });
  });

  it("says why no run came of a firing, and tells the owners once", async () => {
    at("2026-01-01T12:00:00Z");
    await publish(`      - schedule: { cron: "0 6 * * *" }`);
    await lab.push({ "uv.lock": null });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    at("2026-01-02T06:00:00Z");
    await fireDueSchedules(lab.system);
    await work();
    expect(await runs()).toEqual([]);
    expect(await triggers()).toMatchObject([{ fires: [{ runNumber: null, message: expect.stringContaining("There is no uv.lock") as string }] }]);
    const told = await database.db
      .select()
      .from(notification)
      .where(eq(notification.href, `/projects/${lab.project.slug}`));
    expect(told).toMatchObject([{ title: "No run of train could be started" }]);
  });

  describe("push", () => {
    it("starts a run of what was pushed to main, once the file is registered, and of other branches with main's pipeline", async () => {
      await publish(`      - push: { parameters: { until: pushed } }\n      - push: { branch: try/x }`);
      const commit = await lab.push({ "src/a.py": "2" });
      await registerPipelinesJob(lab.system, { projectId: lab.project.id, commit });
      await registerPipelinesJob(lab.system, { projectId: lab.project.id, commit });
      await firePush(lab.system, { projectId: lab.project.id, branch: "try/x", commit: await lab.push({ "src/a.py": "3" }) });
      await firePush(lab.system, { projectId: lab.project.id, branch: "other", commit });
      await work();
      expect(await runs()).toMatchObject([
        { triggerKind: "push", commit, parameters: { until: "pushed" }, cause: { branch: "main" } },
        { triggerKind: "push", cause: { branch: "try/x" } },
      ]);
    });

    it("starts nothing for a commit that a later push has replaced", async () => {
      await publish(`      - push: {}`);
      const first = await lab.push({ "src/a.py": "2" });
      const second = await lab.push({ "src/a.py": "3" });
      await registerPipelinesJob(lab.system, { projectId: lab.project.id, commit: second });
      await registerPipelinesJob(lab.system, { projectId: lab.project.id, commit: second });
      await work();
      expect((await runs()).map((row) => row.commit)).toEqual([second]);
      expect(first).not.toBe(second);
    });
  });

  describe("data", () => {
    it("starts a run when data is pushed that was never seen, and only then", async () => {
      await publish(`      - data: { dataset: data, parameters: { depth: 9 } }`);
      await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
      await work();
      // The run by hand has itself brought this version.
      expect(await runs()).toHaveLength(1);
      const pushes: Record<string, string>[] = [{ "src/a.py": "2" }, { "data/x.csv": "2" }, { "data/x.csv": "1" }];
      for (const files of pushes) {
        await registerPipelinesJob(lab.system, { projectId: lab.project.id, commit: await lab.push(files) });
        await work();
      }
      expect(await runs()).toMatchObject([
        { triggerKind: "manual" },
        { triggerKind: "data", parameters: { depth: 9 }, cause: { datasetVersionId: expect.any(String) as string } },
      ]);
    });
  });

  describe("another pipeline", () => {
    it.each([
      ["succeeded", 0, 1],
      ["succeeded", 1, 0],
      ["failed", 1, 1],
      ["ended", 1, 1],
    ])("on %s, after exit code %i, starts %i", async (on, exitCode, count) => {
      lab.executor.commands.set("load", async () => exitCode);
      await publish(`      - pipeline: { name: ingest, on: ${on} }`);
      await lab.schedule();
      const { runId } = await startRun(lab.ada, { project: lab.project.slug, pipeline: "ingest" });
      await lab.ended(runId);
      await work();
      expect((await runs()).filter((row) => row.pipelineName === "train")).toHaveLength(count);
    });
  });

  describe("webhook", () => {
    async function hook() {
      await publish(`      - webhook: { name: upstream, parameters: { depth: 7 } }`);
      const [trigger] = await triggers();
      const triggerId = trigger?.id ?? "";
      return { triggerId, ...(await makeWebhookSecret(lab.ada, { triggerId })) };
    }
    const send = (triggerId: string, secret: string, body: string, delivery = "d-1") =>
      receiveWebhook(lab.system, { triggerId, body, delivery, signature: signWebhook(secret, delivery, body) });

    it("starts one run for each delivery, with what the message says", async () => {
      const { triggerId, secret, path } = await hook();
      expect(path).toBe(`/api/v1/hooks/${triggerId}`);
      const first = await send(triggerId, secret, '{"parameters":{"until":"2026-01-01"}}');
      const again = await send(triggerId, secret, '{"parameters":{"until":"2026-01-01"}}');
      expect([first.created, again.created, again.runId]).toEqual([true, false, first.runId]);
      await send(triggerId, secret, "", "d-2");
      expect(await runs()).toMatchObject([{ triggerKind: "webhook", parameters: { until: "2026-01-01", depth: 7 } }, { parameters: { until: "never" } }]);
    });

    it("hears nobody without the right signature, and tells nobody that it is there", async () => {
      const { triggerId, secret } = await hook();
      const wrong = { code: "UNAUTHENTICATED" };
      const message = { triggerId, body: "{}", delivery: "d-1", signature: signWebhook(secret, "d-1", "{}") };
      await expect(receiveWebhook(lab.system, { ...message, body: '{"parameters":{}}' })).rejects.toMatchObject(wrong);
      await expect(receiveWebhook(lab.system, { ...message, delivery: "d-2" })).rejects.toMatchObject(wrong);
      await expect(receiveWebhook(lab.system, { ...message, signature: "" })).rejects.toMatchObject(wrong);
      await expect(receiveWebhook(lab.system, { ...message, triggerId: "nothing" })).rejects.toMatchObject(wrong);
      await makeWebhookSecret(lab.ada, { triggerId });
      await expect(receiveWebhook(lab.system, message)).rejects.toMatchObject(wrong);
      await expect(receiveWebhook(lab.system, { ...message, delivery: "" })).rejects.toMatchObject({ code: "INVALID" });
      expect(await runs()).toEqual([]);
    });

    it("takes no message before a secret was made", async () => {
      await publish(`      - webhook: { name: upstream }`);
      const [trigger] = await triggers();
      expect(trigger).toMatchObject({ hasSecret: false });
      const unmade = webhookSecret(lab.system.resolve(SigningKeysCapability), trigger?.id ?? "", 0);
      await expect(send(trigger?.id ?? "", unmade, "")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    });

    it("refuses wrong parameters and broken messages, and is silent while it is paused", async () => {
      const { triggerId, secret } = await hook();
      await expect(send(triggerId, secret, '{"parameters":{"depth":0}}')).rejects.toMatchObject({
        code: "INVALID",
        message: expect.stringContaining("depth") as string,
      });
      await expect(send(triggerId, secret, "nonsense", "d-2")).rejects.toMatchObject({ code: "INVALID" });
      await pauseTrigger(lab.ada, { triggerId });
      await expect(send(triggerId, secret, "{}", "d-3")).rejects.toMatchObject({ code: "CONFLICT" });
    });
  });

  describe("backfill", () => {
    const range = { pipeline: "train", parameter: "until", from: "2001-01-01", to: "2001-01-04", concurrency: 2 };

    it("runs each date once, so many at a time, and tells how far it is", async () => {
      await publish(`      - push: {}`);
      const started = await startBackfill(lab.ada, { ...range, project: lab.project.slug, parameters: { depth: 3 } });
      expect(started.dates).toEqual(["2001-01-01", "2001-01-02", "2001-01-03", "2001-01-04"]);
      await work();
      expect((await runs()).map((row) => [row.triggerKind, row.parameters, row.requestedByName])).toEqual(
        started.dates.map((date) => ["backfill", { until: date, depth: 3 }, "Ada"]),
      );
      let most = 0;
      let now = 0;
      lab.executor.commands.set("fit", async () => {
        most = Math.max(most, (now += 1));
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        return 0;
      });
      await lab.schedule(8);
      for (const row of await runs()) await lab.ended(row.id);
      expect(most).toBeLessThanOrEqual(2);
      expect(await getBackfill(lab.ada, started)).toMatchObject({
        counts: { total: 4, made: 4, succeeded: 4, queued: 0 },
        runs: [{ date: "2001-01-01" }, {}, {}, {}],
      });
      expect(await listBackfills(lab.ada, { project: lab.project.slug })).toMatchObject([{ id: started.backfillId, counts: { succeeded: 4 } }]);
    });

    it("says which runs wait for their turn, and cancels all that has not ended", async () => {
      await publish(`      - push: {}`);
      lab.executor.commands.set("fit", untilStopped);
      const { backfillId } = await startBackfill(lab.ada, { ...range, project: lab.project.slug, concurrency: 1 });
      await work();
      await lab.schedule(8);
      const last = (await runs()).at(-1);
      expect((await lab.until(last?.id ?? "", (found) => found.reason !== "")).reason).toBe("Waiting for its turn: 1 run of this backfill at a time");
      expect(await cancelBackfill(lab.ada, { backfillId })).toEqual({ cancelled: 4 });
      for (const row of await runs()) expect((await lab.ended(row.id)).status).toBe("cancelled");
      await makeBackfillRuns(lab.system, { backfillId });
      expect(await runs()).toHaveLength(4);
      expect(await cancelBackfill(lab.ada, { backfillId })).toEqual({ cancelled: 0 });
    });

    it("makes no run after it was cancelled", async () => {
      await publish(`      - push: {}`);
      const { backfillId } = await startBackfill(lab.ada, { ...range, project: lab.project.slug });
      await cancelBackfill(lab.ada, { backfillId });
      await work();
      expect(await runs()).toEqual([]);
    });

    it.each([
      [{ to: "2000-01-01" }, "2000-01-01 is before 2001-01-01. Choose a later end."],
      [{ to: "2009-01-01" }, "From 2001-01-01 to 2009-01-01 are more than 1000 dates. Choose a shorter range or longer steps."],
      [{ parameter: "depth" }, "depth is a integer; a date needs a parameter of type string."],
      [{ parameter: "nothing" }, "There is no parameter nothing. Parameters are depth, until."],
      [{ parameters: { depth: 0 } }, "depth must be at least 1, not 0."],
    ])("refuses %j", async (change, message) => {
      await publish(`      - push: {}`);
      await expect(startBackfill(lab.ada, { ...range, project: lab.project.slug, ...change })).rejects.toMatchObject({ code: "INVALID", message });
    });
  });

  it("are managed by those who may write, and hidden with their project", async () => {
    await publish(`      - push: {}`);
    const viewer = await lab.person("Vi", "viewer");
    const [row] = await database.db.select().from(pipelineTrigger).where(eq(pipelineTrigger.projectId, lab.project.id));
    await expect(pauseTrigger(viewer, { triggerId: row?.id ?? "" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(makeWebhookSecret(lab.ada, { triggerId: row?.id ?? "" })).rejects.toMatchObject({ code: "INVALID" });
    expect(await database.db.$count(triggerFire, eq(triggerFire.triggerId, row?.id ?? ""))).toBe(0);
  });
});
