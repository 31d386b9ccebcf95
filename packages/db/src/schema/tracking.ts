import { bigint, doublePrecision, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns.ts";
import { project } from "./catalog.ts";

/** Every point of every metric of a run. `(runId, key, step, seq)`: the same step may be logged again. */
export const metricPoint = pgTable(
  "metric_point",
  {
    runId: uuid("run_id").notNull(),
    key: text("key").notNull(),
    step: bigint("step", { mode: "number" }).notNull(),
    /** Order of arrival; the same report read twice has the same number (core's `metricSeq`). */
    seq: bigint("seq", { mode: "number" }).notNull(),
    value: doublePrecision("value").notNull(),
    at: moment("at").notNull(),
    /** Key of the pipeline step that reported it. */
    stepKey: text("step_key").notNull(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.key, t.step, t.seq] })],
);

/** The last value of each metric of a run, for tables and comparison. */
export const metricLatest = pgTable(
  "metric_latest",
  {
    runId: uuid("run_id").notNull(),
    key: text("key").notNull(),
    value: doublePrecision("value").notNull(),
    step: bigint("step", { mode: "number" }).notNull(),
    at: moment("at").notNull(),
    stepKey: text("step_key").notNull(),
    points: integer("points").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.runId, t.key] }), index("metric_latest_key").on(t.key, t.value)],
);

export const runParam = pgTable(
  "run_param",
  { runId: uuid("run_id").notNull(), key: text("key").notNull(), value: text("value").notNull(), stepKey: text("step_key").notNull() },
  (t) => [primaryKey({ columns: [t.runId, t.key] })],
);

/** A file that a step left. The bytes are in the artifact store under the digest. */
export const artifact = pgTable(
  "artifact",
  {
    id: id(),
    runId: uuid("run_id").notNull(),
    stepKey: text("step_key").notNull(),
    /** The attempt that made it; in a run that reuses the step's outputs, that of the earlier run. */
    attemptId: uuid("attempt_id").notNull(),
    path: text("path").notNull(),
    digest: text("digest").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    executable: integer("executable").notNull().default(0),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("artifact_run_attempt_path").on(t.runId, t.attemptId, t.path),
    index("artifact_run").on(t.runId, t.stepKey, t.path),
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
    /** Path in the repository, e.g. `data`. */
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
    /** Digest over the sorted paths and contents. */
    digest: text("digest").notNull(),
    files: jsonb("files").$type<{ path: string; digest: string; sizeBytes: number }[]>().notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    commit: text("commit").notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("dataset_version_digest").on(t.datasetId, t.digest)],
);
