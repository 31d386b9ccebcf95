import { index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { createdAt, id, moment } from "./columns.ts";
import { deployment } from "./delivery.ts";

/** The watch over one deployment, as the project's `trellis.yaml` declares it. */
export const monitor = pgTable("monitor", {
  id: id(),
  deploymentId: uuid("deployment_id")
    .notNull()
    .unique()
    .references(() => deployment.id, { onDelete: "cascade" }),
  name: text("name").notNull(),
  windowSeconds: integer("window_seconds").notNull(),
  minRows: integer("min_rows").notNull(),
  alertAfter: integer("alert_after").notNull(),
  ofLast: integer("of_last").notNull(),
  /** When the log was last looked through: what was written before is judged. By the clock, not by event time. */
  evaluatedTo: moment("evaluated_to"),
  createdAt: createdAt(),
});

export type StoredColumnDrift = {
  name: string;
  kind: "numeric" | "categorical";
  verdict: "stable" | "drifted" | "insufficient" | "not_computable";
  method: "psi" | "jensenshannon" | "wasserstein";
  value: number | null;
  threshold: number;
  noiseFloor: number | null;
  missingShare: { reference: number; current: number };
  newCategories: string[];
  bins: { label: string; reference: number; current: number }[];
  message: string | null;
};

/** One window compared with the training reference. */
export const driftReport = pgTable(
  "drift_report",
  {
    id: id(),
    monitorId: uuid("monitor_id")
      .notNull()
      .references(() => monitor.id, { onDelete: "cascade" }),
    deploymentId: uuid("deployment_id").notNull(),
    versionId: uuid("version_id").notNull(),
    windowStart: moment("window_start").notNull(),
    windowEnd: moment("window_end").notNull(),
    referenceRows: integer("reference_rows").notNull(),
    currentRows: integer("current_rows").notNull(),
    /** Event times of the first and the last row: a window at an edge of the traffic may be covered in part only. */
    firstRow: moment("first_row"),
    lastRow: moment("last_row"),
    /** `stable`, `drifted`, `insufficient`. */
    verdict: text("verdict").notNull(),
    driftedColumns: jsonb("drifted_columns").$type<string[]>().notNull(),
    columns: jsonb("columns").$type<StoredColumnDrift[]>().notNull(),
    /** When its rows were read; a window is judged again when more arrive. */
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("drift_report_window").on(t.monitorId, t.versionId, t.windowStart), index("drift_report_deployment").on(t.deploymentId, t.windowStart)],
);

export const ALERT_STATUSES = ["firing", "acknowledged", "resolved"] as const;

export const alert = pgTable(
  "alert",
  {
    id: id(),
    monitorId: uuid("monitor_id")
      .notNull()
      .references(() => monitor.id, { onDelete: "cascade" }),
    deploymentId: uuid("deployment_id").notNull(),
    projectId: uuid("project_id").notNull(),
    versionId: uuid("version_id").notNull(),
    status: text("status", { enum: ALERT_STATUSES }).notNull().default("firing"),
    /** What happened, in words. */
    summary: text("summary").notNull(),
    columns: jsonb("columns").$type<string[]>().notNull(),
    /** Event time since when it drifts, and where the last judged window ends. */
    since: moment("since").notNull(),
    windowEnd: moment("window_end").notNull(),
    reportId: uuid("report_id").notNull(),
    runId: uuid("run_id"),
    acknowledgedBy: text("acknowledged_by"),
    openedAt: moment("opened_at").notNull(),
    resolvedAt: moment("resolved_at"),
  },
  (t) => [
    // At most one open alert for a version under a monitor.
    uniqueIndex("alert_open")
      .on(t.monitorId, t.versionId)
      .where(sql`status in ('firing', 'acknowledged')`),
    index("alert_status").on(t.status, t.openedAt),
    index("alert_deployment").on(t.deploymentId, t.openedAt),
    index("alert_project").on(t.projectId, t.openedAt),
  ],
);
