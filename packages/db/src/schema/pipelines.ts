import { bigserial, bigint, boolean, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { createdAt, id, moment } from "./columns.ts";
import { project } from "./catalog.ts";

export const pipeline = pgTable(
  "pipeline",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    createdAt: createdAt(),
    /** Set while the registered `trellis.yaml` does not declare it any more; its runs stay. */
    removedAt: moment("removed_at"),
  },
  (t) => [uniqueIndex("pipeline_project_name").on(t.projectId, t.name)],
);

/** What the project's `trellis.yaml` says at the newest commit that could be read, and why a later one could not. */
export const projectSpec = pgTable("project_spec", {
  projectId: uuid("project_id")
    .primaryKey()
    .references(() => project.id, { onDelete: "cascade" }),
  /** Commit of `spec`; null while no file was ever good. */
  commit: text("commit"),
  /** The whole parsed file (the shape is core's `ProjectSpec`). */
  spec: jsonb("spec").$type<unknown>(),
  registeredAt: moment("registered_at"),
  /** The last refusal, null after a success. */
  problem: jsonb("problem").$type<{
    commit: string;
    message: string;
    issues: { path?: string; file?: string; line?: number; column?: number; message: string }[];
    at: string;
  } | null>(),
});

/** A pipeline as one commit declares it; runs pin it. */
export const pipelineVersion = pgTable(
  "pipeline_version",
  {
    id: id(),
    pipelineId: uuid("pipeline_id")
      .notNull()
      .references(() => pipeline.id, { onDelete: "cascade" }),
    number: integer("number").notNull(),
    commit: text("commit").notNull(),
    /** The parsed pipeline of `trellis.yaml` (the shape is core's `PipelineSpec`). */
    spec: jsonb("spec").$type<unknown>().notNull(),
    /** sha256 of the canonical spec: a commit that does not change it makes no new version. */
    specDigest: text("spec_digest").notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("pipeline_version_number").on(t.pipelineId, t.number), index("pipeline_version_commit").on(t.pipelineId, t.commit)],
);

export const RUN_STATUSES = ["queued", "running", "cancelling", "succeeded", "failed", "errored", "cancelled"] as const;
export const STEP_STATUSES = ["waiting", "queued", "running", "succeeded", "cached", "failed", "errored", "skipped", "cancelled"] as const;
export const ATTEMPT_STATUSES = ["launching", "running", "succeeded", "failed", "errored", "lost", "cancelled"] as const;
export const TRIGGER_KINDS = ["manual", "scaffold", "schedule", "push", "data", "drift", "pipeline", "webhook", "backfill", "retry"] as const;

export const run = pgTable(
  "run",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    pipelineVersionId: uuid("pipeline_version_id")
      .notNull()
      .references(() => pipelineVersion.id),
    pipelineName: text("pipeline_name").notNull(),
    /** Counts from 1 within the project. */
    number: integer("number").notNull(),
    status: text("status", { enum: RUN_STATUSES }).notNull().default("queued"),
    /** Why it waits or how it ended, in words. */
    reason: text("reason").notNull().default(""),
    triggerKind: text("trigger_kind", { enum: TRIGGER_KINDS }).notNull(),
    /** Natural key of the firing, e.g. `drift:<alert id>`; the same firing twice gives one run. */
    triggerKey: text("trigger_key").notNull(),
    /** What caused it, for people: `{ alertId, summary }`, `{ taskId }`, `{ runId }`. */
    cause: jsonb("cause").$type<Record<string, unknown>>().notNull().default({}),
    parameters: jsonb("parameters").$type<Record<string, string | number | boolean>>().notNull(),
    commit: text("commit").notNull(),
    /** Of two runs that wait for a slot, the greater goes first. */
    priority: integer("priority").notNull().default(0),
    /** Runs of its pipeline that may go on at the same time; null = no limit. */
    concurrency: integer("concurrency"),
    lockDigest: text("lock_digest"),
    /** Digest over the repository without its data and `trellis.yaml`; null when no step is cached. */
    codeDigest: text("code_digest"),
    dataDigest: text("data_digest"),
    requestedBy: text("requested_by"),
    requestedByName: text("requested_by_name").notNull(),
    retryOf: uuid("retry_of"),
    /** The one step that it runs, on results of the run that `retryOf` names; it registers nothing. */
    onlyStep: text("only_step"),
    /** The backfill that it is one date of. */
    backfillId: uuid("backfill_id"),
    createdAt: createdAt(),
    startedAt: moment("started_at"),
    endedAt: moment("ended_at"),
  },
  (t) => [
    uniqueIndex("run_project_number").on(t.projectId, t.number),
    uniqueIndex("run_trigger").on(t.projectId, t.pipelineName, t.triggerKey),
    index("run_created").on(t.createdAt, t.id),
    index("run_project_created").on(t.projectId, t.createdAt, t.id),
    index("run_status_created").on(t.status, t.createdAt),
    index("run_pipeline_created").on(t.projectId, t.pipelineName, t.createdAt),
    index("run_retry_of")
      .on(t.retryOf)
      .where(sql`retry_of is not null`),
    index("run_backfill")
      .on(t.backfillId)
      .where(sql`backfill_id is not null`),
    index("run_live")
      .on(t.status)
      .where(sql`status in ('queued', 'running', 'cancelling')`),
  ],
);

export const step = pgTable(
  "step",
  {
    id: id(),
    runId: uuid("run_id")
      .notNull()
      .references(() => run.id, { onDelete: "cascade" }),
    key: text("key").notNull(),
    /** Order in the file; ties in the graph are drawn in this order. */
    position: integer("position").notNull(),
    stage: text("stage").notNull(),
    status: text("status", { enum: STEP_STATUSES }).notNull(),
    reason: text("reason").notNull().default(""),
    needs: jsonb("needs").$type<string[]>().notNull(),
    /** Steps it still waits for. */
    depsLeft: integer("deps_left").notNull(),
    attempts: integer("attempts").notNull().default(0),
    /** Not before this moment (back-off between attempts). */
    availableAt: moment("available_at"),
    queuedAt: moment("queued_at"),
    startedAt: moment("started_at"),
    endedAt: moment("ended_at"),
    /** The step of an earlier run whose outputs it uses (status `cached`). */
    reusedFrom: uuid("reused_from"),
    /** Results of an earlier step of equal content may be used. */
    useCache: boolean("use_cache").notNull().default(false),
    /** Key of its content (core's `cacheKey`); null while it has not been looked at, or when it is never cached. */
    cacheKey: text("cache_key"),
    /** What was found about the cache (the shape is core's `CacheNote`). */
    cacheNote: jsonb("cache_note").$type<unknown>(),
    /** Slots and bytes of memory that it takes while it runs. */
    cpu: integer("cpu").notNull().default(1),
    memoryBytes: bigint("memory_bytes", { mode: "number" }).notNull().default(0),
    progress: jsonb("progress").$type<{ done: number; total: number; unit: string } | null>(),
    summary: text("summary"),
  },
  (t) => [
    uniqueIndex("step_run_key").on(t.runId, t.key),
    index("step_queued")
      .on(t.queuedAt)
      .where(sql`status = 'queued'`),
    index("step_cache_key")
      .on(t.cacheKey, t.endedAt)
      .where(sql`cache_key is not null and status in ('succeeded', 'cached')`),
  ],
);

export const attempt = pgTable(
  "attempt",
  {
    id: id(),
    runId: uuid("run_id")
      .notNull()
      .references(() => run.id, { onDelete: "cascade" }),
    stepId: uuid("step_id")
      .notNull()
      .references(() => step.id, { onDelete: "cascade" }),
    number: integer("number").notNull(),
    status: text("status", { enum: ATTEMPT_STATUSES }).notNull().default("launching"),
    /** What the executor gave back; opaque. */
    handle: jsonb("handle").$type<Record<string, unknown> | null>(),
    exitCode: integer("exit_code"),
    reason: text("reason").notNull().default(""),
    cancelRequested: boolean("cancel_requested").notNull().default(false),
    /** Its deadline passed and it was told to stop. */
    timedOut: boolean("timed_out").notNull().default(false),
    deadlineAt: moment("deadline_at"),
    /** Bytes of `metrics.jsonl` that are in the database. */
    metricsOffset: bigint("metrics_offset", { mode: "number" }).notNull().default(0),
    logDigest: text("log_digest"),
    queuedAt: moment("queued_at").notNull(),
    /** When it got its slot; until `startedAt` its folder is prepared. */
    launchedAt: moment("launched_at").notNull(),
    startedAt: moment("started_at"),
    endedAt: moment("ended_at"),
  },
  (t) => [
    uniqueIndex("attempt_step_number").on(t.stepId, t.number),
    index("attempt_run").on(t.runId),
    index("attempt_live")
      .on(t.status)
      .where(sql`status in ('launching', 'running')`),
  ],
);

/** Append-only: every move of a run, step or attempt, in the order it happened. */
export const runEvent = pgTable(
  "run_event",
  {
    seq: bigserial("seq", { mode: "number" }).primaryKey(),
    runId: uuid("run_id")
      .notNull()
      .references(() => run.id, { onDelete: "cascade" }),
    stepKey: text("step_key"),
    attempt: integer("attempt"),
    /** `run.started`, `step.queued`, `attempt.failed`, `version.registered`, … */
    kind: text("kind").notNull(),
    message: text("message").notNull().default(""),
    at: moment("at").notNull(),
  },
  (t) => [index("run_event_run").on(t.runId, t.seq)],
);

/** The last run number given in a project; a row lock on it makes numbers gapless and serial. */
export const runCounter = pgTable("run_counter", {
  projectId: uuid("project_id")
    .primaryKey()
    .references(() => project.id, { onDelete: "cascade" }),
  lastNumber: integer("last_number").notNull(),
});

/** Something that starts runs of a pipeline, as its newest version declares it. */
export const pipelineTrigger = pgTable(
  "pipeline_trigger",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    pipelineId: uuid("pipeline_id")
      .notNull()
      .references(() => pipeline.id, { onDelete: "cascade" }),
    /** What tells it from the others of its pipeline (core's `triggerName`). */
    name: text("name").notNull(),
    kind: text("kind", { enum: TRIGGER_KINDS }).notNull(),
    /** What `trellis.yaml` says of it (the shape is core's `TriggerSpec`). */
    spec: jsonb("spec").$type<unknown>().notNull(),
    pausedAt: moment("paused_at"),
    pausedByName: text("paused_by_name"),
    /** When a schedule fires next; null for other kinds, while paused, and when it never does again. */
    nextFireAt: moment("next_fire_at"),
    /** Counts the secrets that were made for a webhook; 0 = none, so it takes no message. */
    secretNumber: integer("secret_number").notNull().default(0),
    createdAt: createdAt(),
    /** Set while the file does not declare it any more. */
    removedAt: moment("removed_at"),
  },
  (t) => [
    uniqueIndex("pipeline_trigger_name").on(t.pipelineId, t.name),
    index("pipeline_trigger_project").on(t.projectId, t.kind),
    index("pipeline_trigger_next")
      .on(t.nextFireAt)
      .where(sql`next_fire_at is not null`),
  ],
);

/** A firing of a trigger; its natural key is unique, so that a double delivery is one. */
export const triggerFire = pgTable(
  "trigger_fire",
  {
    seq: bigserial("seq", { mode: "number" }).primaryKey(),
    triggerId: uuid("trigger_id")
      .notNull()
      .references(() => pipelineTrigger.id, { onDelete: "cascade" }),
    /** The moment, the commit, the dataset version, the run or the delivery. */
    key: text("key").notNull(),
    /** Null: no run came of it, and `message` says why. */
    runId: uuid("run_id"),
    message: text("message").notNull().default(""),
    at: moment("at").notNull(),
  },
  (t) => [uniqueIndex("trigger_fire_key").on(t.triggerId, t.key), index("trigger_fire_latest").on(t.triggerId, t.seq.desc())],
);

/** Runs of a pipeline for each of many dates. */
export const backfill = pgTable(
  "backfill",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    pipelineName: text("pipeline_name").notNull(),
    /** The parameter that is given the date. */
    parameter: text("parameter").notNull(),
    /** ISO days, in the order in which they run. */
    dates: jsonb("dates").$type<string[]>().notNull(),
    parameters: jsonb("parameters").$type<Record<string, string | number | boolean>>().notNull(),
    /** Runs of it that go on at the same time. */
    concurrency: integer("concurrency").notNull(),
    /** Steps that run even if a result of equal content is there; true = all. */
    noCache: jsonb("no_cache").$type<boolean | string[]>().notNull().default(false),
    /** Why the rest of its runs could not be made. */
    problem: text("problem").notNull().default(""),
    requestedBy: text("requested_by"),
    requestedByName: text("requested_by_name").notNull(),
    createdAt: createdAt(),
    cancelledAt: moment("cancelled_at"),
    cancelledByName: text("cancelled_by_name"),
  },
  (t) => [index("backfill_project").on(t.projectId, t.createdAt)],
);
