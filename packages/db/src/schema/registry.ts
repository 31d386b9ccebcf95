import { sql } from "drizzle-orm";
import { bigint, bigserial, doublePrecision, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns.ts";
import { project } from "./catalog.ts";
import { user } from "./identity.ts";

export type SignatureField = { name: string; type: "double" | "integer" | "string" | "boolean" | "datetime"; required?: boolean; description?: string };
export type Signature = { inputs: SignatureField[]; outputs: SignatureField[] };

export const registeredModel = pgTable(
  "registered_model",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    /** One in the whole portal, among those that are not deleted. */
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    task: text("task").notNull().default(""),
    framework: text("framework").notNull().default(""),
    tags: jsonb("tags").$type<Record<string, string>>().notNull().default({}),
    /** Highest version number given so far; moves in the transaction that registers one. */
    lastVersion: integer("last_version").notNull().default(0),
    /** Who made it, for people. */
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull(),
    deletedAt: moment("deleted_at"),
  },
  (t) => [
    uniqueIndex("registered_model_name")
      .on(t.name)
      .where(sql`deleted_at is null`),
    index("registered_model_project").on(t.projectId),
    index("registered_model_updated").on(t.updatedAt),
    // What clients list by: names by their bytes, whatever the database's language is.
    index("registered_model_bytewise").on(sql`${t.name} collate "C"`),
    index("registered_model_tags").using("gin", sql`${t.tags} jsonb_path_ops`),
  ],
);

export const MODEL_VERSION_STATUSES = ["ready", "archived"] as const;
/** Who made a version: a pipeline's run, or a client that registered files of its own. */
export const MODEL_VERSION_ORIGINS = ["pipeline", "client"] as const;
/** Stages of the MLflow protocol, which aliases have replaced there. */
export const MODEL_STAGES = ["None", "Staging", "Production", "Archived"] as const;

/** What came out when the files of a version were read again. */
export type Verification = {
  ok: boolean;
  /** How many files were read. */
  checked: number;
  problems: { path: string; problem: string }[];
  /** ISO 8601. */
  at: string;
  byName: string;
};

/** Immutable but for status, stage, tags, card and what checks have found. */
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
    origin: text("origin", { enum: MODEL_VERSION_ORIGINS }).notNull().default("pipeline"),
    /** The run of this portal that made it; a pipeline's run registers one version of a model. */
    runId: uuid("run_id"),
    /** The run as the MLflow protocol names it: 32 hex digits, or what a client said. */
    runRef: text("run_ref").notNull().default(""),
    runLink: text("run_link").notNull().default(""),
    /** Where a client said that the files lie, word for word. */
    source: text("source").notNull().default(""),
    loggedModelId: uuid("logged_model_id"),
    stage: text("stage", { enum: MODEL_STAGES }).notNull().default("None"),
    /** What a client calls its user; `createdBy` is who really sent it. */
    userName: text("user_name").notNull().default(""),
    /** Commit, data and lock are known of what a pipeline made, and null where a client did not say. */
    commit: text("commit"),
    dataDigest: text("data_digest"),
    lockDigest: text("lock_digest"),
    signature: jsonb("signature").$type<Signature>().notNull(),
    /** `trellis-model.json` as the run left it; empty where there is none. */
    descriptor: jsonb("descriptor").$type<Record<string, unknown>>().notNull(),
    metrics: jsonb("metrics").$type<Record<string, number>>().notNull(),
    params: jsonb("params").$type<Record<string, string>>().notNull(),
    card: text("card").notNull().default(""),
    tags: jsonb("tags").$type<Record<string, string>>().notNull().default({}),
    verification: jsonb("verification").$type<Verification>(),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
    deletedAt: moment("deleted_at"),
  },
  (t) => [
    uniqueIndex("model_version_number").on(t.modelId, t.version),
    uniqueIndex("model_version_run")
      .on(t.modelId, t.runId)
      .where(sql`origin = 'pipeline'`),
    index("model_version_run_id").on(t.runId),
    index("model_version_run_ref").on(t.runRef),
    index("model_version_logged_model").on(t.loggedModelId),
    index("model_version_created").on(t.createdAt),
    index("model_version_updated").on(t.updatedAt),
    index("model_version_tags").using("gin", sql`${t.tags} jsonb_path_ops`),
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

export const REPRODUCTION_STATUSES = ["running", "reproduced", "differs", "failed"] as const;

/** A metric of a version beside the same metric of the run that repeated it. */
export type ReproducedMetric = { key: string; original: number; repeated: number | null; within: boolean };

/** A run that repeats the one that made a version, at the same commit, data and lock, and how close it came. */
export const modelReproduction = pgTable(
  "model_reproduction",
  {
    id: id(),
    versionId: uuid("version_id")
      .notNull()
      .references(() => modelVersion.id, { onDelete: "cascade" }),
    runId: uuid("run_id").notNull(),
    status: text("status", { enum: REPRODUCTION_STATUSES }).notNull().default("running"),
    /** Largest relative difference of a metric that still counts as the same. */
    tolerance: doublePrecision("tolerance").notNull(),
    metrics: jsonb("metrics").$type<ReproducedMetric[]>().notNull().default([]),
    /** Why it failed, or what differs, for people. */
    reason: text("reason").notNull().default(""),
    requestedBy: text("requested_by").notNull(),
    createdAt: createdAt(),
    endedAt: moment("ended_at"),
  },
  (t) => [uniqueIndex("model_reproduction_run").on(t.runId), index("model_reproduction_version").on(t.versionId, t.id)],
);

export const WEBHOOK_STATUSES = ["ACTIVE", "DISABLED"] as const;

/** Somebody's wish to be told, at an address, of what happens in the registry: of one project, or of all that they may see. */
export const registryWebhook = pgTable(
  "registry_webhook",
  {
    id: id(),
    projectId: uuid("project_id").references(() => project.id, { onDelete: "cascade" }),
    ownerId: text("owner_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    description: text("description"),
    url: text("url").notNull(),
    /** `<entity>.<action>` in the protocol's words, e.g. `model_version.created`. */
    events: jsonb("events").$type<string[]>().notNull(),
    /** What signs the deliveries, sealed with the portal's key. */
    sealedSecret: text("sealed_secret"),
    status: text("status", { enum: WEBHOOK_STATUSES }).notNull().default("ACTIVE"),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [index("registry_webhook_owner").on(t.ownerId), index("registry_webhook_project").on(t.projectId)],
);

export const WEBHOOK_DELIVERY_STATUSES = ["waiting", "delivered", "failed"] as const;

/** A message to a webhook, and how sending it went. Its id is the delivery's id on the wire. */
export const webhookDelivery = pgTable(
  "webhook_delivery",
  {
    id: id(),
    webhookId: uuid("webhook_id")
      .notNull()
      .references(() => registryWebhook.id, { onDelete: "cascade" }),
    event: text("event").notNull(),
    /** The JSON text as it is sent and signed. */
    body: text("body").notNull(),
    status: text("status", { enum: WEBHOOK_DELIVERY_STATUSES }).notNull().default("waiting"),
    attempts: integer("attempts").notNull().default(0),
    /** HTTP status of the last answer. */
    responseStatus: integer("response_status"),
    error: text("error").notNull().default(""),
    createdAt: createdAt(),
    lastAttemptAt: moment("last_attempt_at"),
  },
  (t) => [index("webhook_delivery_webhook").on(t.webhookId, t.id)],
);
