import { bigserial, boolean, index, integer, jsonb, pgTable, serial, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns.ts";
import { project } from "./catalog.ts";
import { modelVersion, registeredModel } from "./registry.ts";

export const environment = pgTable("environment", {
  id: id(),
  name: text("name").notNull().unique(),
  /** Order on the path of promotion, lowest first. */
  position: integer("position").notNull(),
  /** Approvals by others that a request needs; 0 = applied at once. */
  approvalsRequired: integer("approvals_required").notNull(),
  createdAt: createdAt(),
});

export const CHANGE_REQUEST_KINDS = ["deploy", "rollback", "remove"] as const;
export const CHANGE_REQUEST_STATUSES = ["open", "approved", "committed", "applied", "failed", "rejected", "withdrawn", "superseded"] as const;

export type GateResult = {
  gate: string;
  title: string;
  verdict: "pass" | "warn" | "fail" | "unknown";
  /** Evidence in words, with numbers. */
  evidence: string;
  /** Path in the portal that shows it. */
  href: string | null;
};

export const changeRequest = pgTable(
  "change_request",
  {
    id: id(),
    /** Shown as `CR-<number>`. */
    number: serial("number").notNull().unique(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    environmentId: uuid("environment_id")
      .notNull()
      .references(() => environment.id),
    deploymentName: text("deployment_name").notNull(),
    kind: text("kind", { enum: CHANGE_REQUEST_KINDS }).notNull(),
    modelId: uuid("model_id")
      .notNull()
      .references(() => registeredModel.id),
    versionId: uuid("version_id").references(() => modelVersion.id),
    /** The version that was live when it was asked. */
    previousVersionId: uuid("previous_version_id").references(() => modelVersion.id),
    /** Path and both contents of the manifest in the environments repository. */
    manifestPath: text("manifest_path").notNull(),
    manifestBefore: text("manifest_before"),
    manifestAfter: text("manifest_after"),
    status: text("status", { enum: CHANGE_REQUEST_STATUSES }).notNull().default("open"),
    /** Why it was asked. */
    reason: text("reason").notNull().default(""),
    gates: jsonb("gates").$type<GateResult[]>().notNull().default([]),
    gatesAt: moment("gates_at"),
    /** Asked by a person (id) or by a run (null id, `openedByRunId` set). */
    authorId: text("author_id"),
    authorName: text("author_name").notNull(),
    openedByRunId: uuid("opened_by_run_id"),
    approvalsRequired: integer("approvals_required").notNull(),
    /** Commit in the environments repository. */
    commit: text("commit"),
    outcome: text("outcome").notNull().default(""),
    createdAt: createdAt(),
    decidedAt: moment("decided_at"),
    endedAt: moment("ended_at"),
  },
  (t) => [
    index("change_request_status").on(t.status, t.createdAt),
    index("change_request_project").on(t.projectId, t.createdAt),
    index("change_request_deployment").on(t.deploymentName, t.createdAt),
    index("change_request_version").on(t.versionId),
    uniqueIndex("change_request_run").on(t.openedByRunId),
  ],
);

export const approval = pgTable(
  "approval",
  {
    id: id(),
    changeRequestId: uuid("change_request_id")
      .notNull()
      .references(() => changeRequest.id, { onDelete: "cascade" }),
    userId: text("user_id").notNull(),
    userName: text("user_name").notNull(),
    verdict: text("verdict", { enum: ["approved", "rejected"] }).notNull(),
    comment: text("comment").notNull().default(""),
    /** Digest of the manifest and the version that was looked at. */
    boundTo: text("bound_to").notNull(),
    at: moment("at").notNull(),
  },
  (t) => [uniqueIndex("approval_once").on(t.changeRequestId, t.userId)],
);

/** Discussion and history of a request, in one list. */
export const changeRequestEvent = pgTable(
  "change_request_event",
  {
    seq: bigserial("seq", { mode: "number" }).primaryKey(),
    changeRequestId: uuid("change_request_id")
      .notNull()
      .references(() => changeRequest.id, { onDelete: "cascade" }),
    /** `opened`, `gates`, `comment`, `approved`, `rejected`, `withdrawn`, `superseded`, `committed`, `applied`, `failed`. */
    kind: text("kind").notNull(),
    actorId: text("actor_id"),
    actorName: text("actor_name").notNull(),
    message: text("message").notNull().default(""),
    at: moment("at").notNull(),
  },
  (t) => [index("change_request_event_request").on(t.changeRequestId, t.seq)],
);

export const SYNC_STATUSES = ["synced", "out_of_sync", "unknown"] as const;
export const HEALTH_STATUSES = ["healthy", "progressing", "degraded", "missing"] as const;

/** One model in one environment. Three separate answers: should it exist, does the world match git, does it work. */
export const deployment = pgTable(
  "deployment",
  {
    id: id(),
    name: text("name").notNull().unique(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    environmentId: uuid("environment_id")
      .notNull()
      .references(() => environment.id),
    modelId: uuid("model_id")
      .notNull()
      .references(() => registeredModel.id),
    lifecycle: text("lifecycle", { enum: ["active", "removed"] })
      .notNull()
      .default("active"),
    sync: text("sync", { enum: SYNC_STATUSES }).notNull().default("unknown"),
    health: text("health", { enum: HEALTH_STATUSES }).notNull().default("missing"),
    message: text("message").notNull().default(""),
    /** What git asks for. */
    desiredVersionId: uuid("desired_version_id").references(() => modelVersion.id),
    desiredCommit: text("desired_commit"),
    /** What answers requests now. */
    liveVersionId: uuid("live_version_id").references(() => modelVersion.id),
    liveSince: moment("live_since"),
    /** Automation may not move it until lifted (set by a rollback). */
    held: boolean("held").notNull().default(false),
    /** How often the workload of the desired version ended by itself since it was asked for. */
    failures: integer("failures").notNull().default(0),
    /** The next start is not before this moment. */
    retryAt: moment("retry_at"),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [index("deployment_project").on(t.projectId), index("deployment_model").on(t.modelId), index("deployment_live").on(t.liveVersionId)],
);

/** Who was live when. */
export const deploymentRevision = pgTable(
  "deployment_revision",
  {
    id: id(),
    deploymentId: uuid("deployment_id")
      .notNull()
      .references(() => deployment.id, { onDelete: "cascade" }),
    versionId: uuid("version_id")
      .notNull()
      .references(() => modelVersion.id),
    changeRequestId: uuid("change_request_id")
      .notNull()
      .references(() => changeRequest.id),
    commit: text("commit").notNull(),
    liveAt: moment("live_at"),
    endedAt: moment("ended_at"),
    createdAt: createdAt(),
  },
  (t) => [index("deployment_revision_deployment").on(t.deploymentId, t.createdAt), uniqueIndex("deployment_revision_request").on(t.changeRequestId)],
);

/** What happened to a deployment, for its page. */
export const deploymentEvent = pgTable(
  "deployment_event",
  {
    seq: bigserial("seq", { mode: "number" }).primaryKey(),
    deploymentId: uuid("deployment_id")
      .notNull()
      .references(() => deployment.id, { onDelete: "cascade" }),
    kind: text("kind").notNull(),
    message: text("message").notNull(),
    changeRequestNumber: integer("change_request_number"),
    at: moment("at").notNull(),
  },
  (t) => [index("deployment_event_deployment").on(t.deploymentId, t.seq)],
);
