import { index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { createdAt } from "./columns.ts";

export const LINEAGE_KINDS = [
  "template",
  "project",
  "dataset_version",
  "run",
  "logged_model",
  "model_version",
  "deployment",
  "endpoint",
  "consumer",
  "drift_report",
] as const;

/** One thing made or used another. Read from `from` to `to`: facts flow that way. */
export const lineageEdge = pgTable(
  "lineage_edge",
  {
    fromKind: text("from_kind", { enum: LINEAGE_KINDS }).notNull(),
    fromId: uuid("from_id").notNull(),
    toKind: text("to_kind", { enum: LINEAGE_KINDS }).notNull(),
    toId: uuid("to_id").notNull(),
    /** Words of what happened on the way, e.g. `trained_on` (see core's `LineageRelation`). */
    relation: text("relation").notNull(),
    projectId: uuid("project_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.fromKind, t.fromId, t.toKind, t.toId] }), index("lineage_edge_to").on(t.toKind, t.toId)],
);
