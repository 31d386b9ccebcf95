import { bigserial, index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "./columns.ts";

/** Append-only record of every write: who did what to which thing, and when. */
export const auditEvent = pgTable(
  "audit_event",
  {
    seq: bigserial("seq", { mode: "number" }).primaryKey(),
    at: moment("at").notNull(),
    /** User id, or null when the platform acted. */
    actorId: text("actor_id"),
    actorName: text("actor_name").notNull(),
    /** `area.noun.verb`, e.g. `delivery.change-request.approve`. */
    action: text("action").notNull(),
    subjectKind: text("subject_kind").notNull(),
    subjectId: text("subject_id").notNull(),
    subjectName: text("subject_name").notNull(),
    projectId: uuid("project_id"),
    data: jsonb("data").notNull().default({}),
  },
  (t) => [
    index("audit_event_project").on(t.projectId, t.seq),
    index("audit_event_subject").on(t.subjectKind, t.subjectId, t.seq),
    index("audit_event_actor").on(t.actorId, t.seq),
    index("audit_event_action").on(t.action, t.seq),
  ],
);
