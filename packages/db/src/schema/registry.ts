import { bigint, bigserial, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns.ts";
import { project } from "./catalog.ts";

export type SignatureField = { name: string; type: "double" | "integer" | "string" | "boolean" | "datetime"; required?: boolean; description?: string };
export type Signature = { inputs: SignatureField[]; outputs: SignatureField[] };

export const registeredModel = pgTable(
  "registered_model",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    name: text("name").notNull().unique(),
    description: text("description").notNull().default(""),
    task: text("task").notNull().default(""),
    framework: text("framework").notNull().default(""),
    tags: jsonb("tags").$type<Record<string, string>>().notNull().default({}),
    /** Highest version number given so far; moves in the transaction that registers one. */
    lastVersion: integer("last_version").notNull().default(0),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [index("registered_model_project").on(t.projectId), index("registered_model_updated").on(t.updatedAt)],
);

export const MODEL_VERSION_STATUSES = ["ready", "archived"] as const;

/** Immutable but for status, tags and card. */
export const modelVersion = pgTable(
  "model_version",
  {
    id: id(),
    modelId: uuid("model_id")
      .notNull()
      .references(() => registeredModel.id, { onDelete: "cascade" }),
    version: integer("version").notNull(),
    status: text("status", { enum: MODEL_VERSION_STATUSES }).notNull().default("ready"),
    /** sha256 over the sorted lines `path NUL digest`. */
    digest: text("digest").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    /** The run that made it; one run registers one version of a model. */
    runId: uuid("run_id").notNull(),
    commit: text("commit").notNull(),
    dataDigest: text("data_digest"),
    lockDigest: text("lock_digest").notNull(),
    signature: jsonb("signature").$type<Signature>().notNull(),
    /** `trellis-model.json` as the run left it. */
    descriptor: jsonb("descriptor").$type<Record<string, unknown>>().notNull(),
    metrics: jsonb("metrics").$type<Record<string, number>>().notNull(),
    params: jsonb("params").$type<Record<string, string>>().notNull(),
    card: text("card").notNull().default(""),
    tags: jsonb("tags").$type<Record<string, string>>().notNull().default({}),
    createdBy: text("created_by"),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("model_version_number").on(t.modelId, t.version),
    uniqueIndex("model_version_run").on(t.modelId, t.runId),
    index("model_version_run_id").on(t.runId),
    index("model_version_created").on(t.createdAt),
  ],
);

export const modelVersionFile = pgTable(
  "model_version_file",
  {
    versionId: uuid("version_id")
      .notNull()
      .references(() => modelVersion.id, { onDelete: "cascade" }),
    path: text("path").notNull(),
    digest: text("digest").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.versionId, t.path] }), index("model_version_file_digest").on(t.digest)],
);

export const modelAlias = pgTable(
  "model_alias",
  {
    modelId: uuid("model_id")
      .notNull()
      .references(() => registeredModel.id, { onDelete: "cascade" }),
    alias: text("alias").notNull(),
    versionId: uuid("version_id")
      .notNull()
      .references(() => modelVersion.id),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.modelId, t.alias] }), index("model_alias_version").on(t.versionId)],
);

/** Every move of an alias: which version it named before and after, who moved it, and why. */
export const modelAliasEvent = pgTable(
  "model_alias_event",
  {
    seq: bigserial("seq", { mode: "number" }).primaryKey(),
    modelId: uuid("model_id")
      .notNull()
      .references(() => registeredModel.id, { onDelete: "cascade" }),
    alias: text("alias").notNull(),
    fromVersion: integer("from_version"),
    toVersion: integer("to_version"),
    actorName: text("actor_name").notNull(),
    reason: text("reason").notNull().default(""),
    at: moment("at").notNull(),
  },
  (t) => [index("model_alias_event_model").on(t.modelId, t.seq)],
);
