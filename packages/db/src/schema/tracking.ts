import { bigint, doublePrecision, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { createdAt, id, moment } from "./columns.ts";
import { project } from "./catalog.ts";

export const LIFECYCLE_STAGES = ["active", "deleted"] as const;
export const TRACKED_RUN_STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"] as const;
export const TRACKED_RUN_SOURCES = ["client", "pipeline"] as const;

/** A named set of tracked runs of one project. Its number is the `experiment_id` of the MLflow protocol. */
export const experiment = pgTable(
  "experiment",
  {
    id: integer("id").primaryKey().generatedByDefaultAsIdentity(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** Where a client sends files; null = the portal's own store. */
    artifactLocation: text("artifact_location"),
    tags: jsonb("tags").$type<Record<string, string>>().notNull().default({}),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull(),
    deletedAt: moment("deleted_at"),
  },
  (t) => [uniqueIndex("experiment_project_name").on(t.projectId, t.name)],
);

/**
 * What is logged under one id: by a client, or by a pipeline run (then the id is that run's and the pipeline owns name,
 * status and times). Times are milliseconds since 1970, as clients send them.
 */
export const trackedRun = pgTable(
  "tracked_run",
  {
    id: uuid("id").primaryKey(),
    experimentId: integer("experiment_id")
      .notNull()
      .references(() => experiment.id, { onDelete: "cascade" }),
    source: text("source", { enum: TRACKED_RUN_SOURCES }).notNull(),
    name: text("name").notNull(),
    status: text("status", { enum: TRACKED_RUN_STATUSES }).notNull(),
    startTime: bigint("start_time", { mode: "number" }).notNull(),
    endTime: bigint("end_time", { mode: "number" }),
    /** What the client calls its user; `createdBy` is who really sent it. */
    userName: text("user_name").notNull().default(""),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    deletedAt: moment("deleted_at"),
  },
  (t) => [
    index("tracked_run_started").on(t.experimentId, t.startTime.desc().nullsFirst(), t.id),
    index("tracked_run_name").on(t.experimentId, t.name),
    index("tracked_run_deleted")
      .on(t.deletedAt)
      .where(sql`deleted_at is not null`),
  ],
);

/** Every point of every metric of a run. The same point twice is one. */
export const metricPoint = pgTable(
  "metric_point",
  {
    runId: uuid("run_id").notNull(),
    key: text("key").notNull(),
    /** Milliseconds since 1970. */
    timestamp: bigint("timestamp", { mode: "number" }).notNull(),
    step: bigint("step", { mode: "number" }).notNull(),
    value: doublePrecision("value").notNull(),
    /** Key of the pipeline step that reported it; empty for a client. */
    stepKey: text("step_key").notNull().default(""),
  },
  (t) => [primaryKey({ columns: [t.runId, t.key, t.timestamp, t.step, t.value] })],
);

/** Of each metric of a run the point with the greatest (step, timestamp, value), for tables, search and comparison. */
export const metricLatest = pgTable(
  "metric_latest",
  {
    runId: uuid("run_id").notNull(),
    key: text("key").notNull(),
    value: doublePrecision("value").notNull(),
    step: bigint("step", { mode: "number" }).notNull(),
    timestamp: bigint("timestamp", { mode: "number" }).notNull(),
    stepKey: text("step_key").notNull().default(""),
    points: integer("points").notNull().default(1),
    /** That of the run, which never changes: a search by value stays inside its experiments. */
    experimentId: integer("experiment_id").notNull(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.key] }), index("metric_latest_value").on(t.experimentId, t.key, t.value, t.runId)],
);

export const runTag = pgTable("run_tag", { runId: uuid("run_id").notNull(), key: text("key").notNull(), value: text("value").notNull() }, (t) => [
  primaryKey({ columns: [t.runId, t.key] }),
  index("run_tag_value").on(t.key, sql`left(${t.value}, 200)`, t.runId),
]);

export const runParam = pgTable(
  "run_param",
  { runId: uuid("run_id").notNull(), key: text("key").notNull(), value: text("value").notNull(), stepKey: text("step_key").notNull().default("") },
  (t) => [primaryKey({ columns: [t.runId, t.key] }), index("run_param_value").on(t.key, sql`left(${t.value}, 200)`, t.runId)],
);

/** A file of a run, that a step left or a client sent. The bytes are in the artifact store under the digest. */
export const artifact = pgTable(
  "artifact",
  {
    id: id(),
    runId: uuid("run_id").notNull(),
    stepKey: text("step_key").notNull().default(""),
    /** The attempt that made it; in a run that reuses the step's outputs, that of the earlier run. Null = sent by a client. */
    attemptId: uuid("attempt_id"),
    path: text("path").notNull(),
    digest: text("digest").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    executable: integer("executable").notNull().default(0),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("artifact_run_attempt_path").on(t.runId, t.attemptId, t.path),
    uniqueIndex("artifact_run_client_path")
      .on(t.runId, t.path)
      .where(sql`attempt_id is null`),
    index("artifact_run").on(t.runId, t.stepKey, t.path),
    // Bytewise, so that what lies below a folder is one range.
    index("artifact_run_path").on(t.runId, sql`path collate "C"`),
    index("artifact_digest").on(t.digest),
  ],
);

export const dataset = pgTable(
  "dataset",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    /** Path in the repository, e.g. `data`, or the name that a client gave. */
    name: text("name").notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("dataset_project_name").on(t.projectId, t.name)],
);

export const datasetVersion = pgTable(
  "dataset_version",
  {
    id: id(),
    datasetId: uuid("dataset_id")
      .notNull()
      .references(() => dataset.id, { onDelete: "cascade" }),
    /** Digest over the sorted paths and contents, or what the client computed. */
    digest: text("digest").notNull(),
    files: jsonb("files").$type<{ path: string; digest: string; sizeBytes: number }[]>().notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    /** Null when a client told of it. */
    commit: text("commit"),
    /** What a client says of where it lies and what is in it, as it said it (MLflow's `source_type`, `source`, `schema`, `profile`). */
    sourceType: text("source_type"),
    source: text("source"),
    schema: text("schema"),
    profile: text("profile"),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("dataset_version_digest").on(t.datasetId, t.digest)],
);

/** A dataset that a run used, with the client's tags on that use (`mlflow.data.context`). */
export const runDataset = pgTable(
  "run_dataset",
  {
    runId: uuid("run_id").notNull(),
    datasetVersionId: uuid("dataset_version_id")
      .notNull()
      .references(() => datasetVersion.id, { onDelete: "cascade" }),
    tags: jsonb("tags").$type<Record<string, string>>().notNull().default({}),
  },
  (t) => [primaryKey({ columns: [t.runId, t.datasetVersionId] }), index("run_dataset_version").on(t.datasetVersionId)],
);

export const LOGGED_MODEL_STATUSES = ["LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"] as const;

/** A model that a client logged (MLflow 3); registered, its files become a version. The protocol's id is `m-` and the id's 32 hex digits. */
export const loggedModel = pgTable(
  "logged_model",
  {
    id: uuid("id").primaryKey(),
    experimentId: integer("experiment_id")
      .notNull()
      .references(() => experiment.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    modelType: text("model_type"),
    status: text("status", { enum: LOGGED_MODEL_STATUSES }).notNull(),
    /** Not checked: a client may name a run of elsewhere. */
    sourceRunId: text("source_run_id"),
    tags: jsonb("tags").$type<Record<string, string>>().notNull().default({}),
    params: jsonb("params").$type<Record<string, string>>().notNull().default({}),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull(),
    deletedAt: moment("deleted_at"),
  },
  (t) => [index("logged_model_created").on(t.experimentId, t.createdAt, t.id), index("logged_model_name").on(t.experimentId, t.name)],
);

export const loggedModelMetric = pgTable(
  "logged_model_metric",
  {
    modelId: uuid("model_id")
      .notNull()
      .references(() => loggedModel.id, { onDelete: "cascade" }),
    key: text("key").notNull(),
    timestamp: bigint("timestamp", { mode: "number" }).notNull(),
    step: bigint("step", { mode: "number" }).notNull(),
    value: doublePrecision("value").notNull(),
    runId: uuid("run_id").notNull(),
    datasetName: text("dataset_name").notNull().default(""),
    datasetDigest: text("dataset_digest").notNull().default(""),
  },
  (t) => [
    primaryKey({
      name: "logged_model_metric_pk",
      columns: [t.modelId, t.key, t.timestamp, t.step, t.value, t.runId, t.datasetName, t.datasetDigest],
    }),
  ],
);

/** Which logged models a run read (`input`) or made (`output`). */
export const runLoggedModel = pgTable(
  "run_logged_model",
  {
    runId: uuid("run_id").notNull(),
    modelId: uuid("model_id").notNull(),
    direction: text("direction", { enum: ["input", "output"] }).notNull(),
    step: bigint("step", { mode: "number" }).notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.runId, t.modelId, t.direction] }), index("run_logged_model_model").on(t.modelId)],
);

export const loggedModelFile = pgTable(
  "logged_model_file",
  {
    modelId: uuid("model_id")
      .notNull()
      .references(() => loggedModel.id, { onDelete: "cascade" }),
    path: text("path").notNull(),
    digest: text("digest").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.modelId, t.path] }), index("logged_model_file_digest").on(t.digest)],
);

/** A blob of the artifact store that nothing refers to, and since when; removed when that is long enough ago. */
export const unreferencedBlob = pgTable("unreferenced_blob", { digest: text("digest").primaryKey(), since: moment("since").notNull() });
