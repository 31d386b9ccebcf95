import { index, pgTable, text } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns.ts";
import { user } from "./identity.ts";

export const notification = pgTable(
  "notification",
  {
    id: id(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    /** `approval_wanted`, `change_request_decided`, `run_failed`, `drift_alert`, `deployment_changed`. */
    kind: text("kind").notNull(),
    title: text("title").notNull(),
    body: text("body").notNull().default(""),
    /** Path in the portal that it leads to. */
    href: text("href").notNull(),
    readAt: moment("read_at"),
    createdAt: createdAt(),
  },
  (t) => [index("notification_user").on(t.userId, t.id)],
);
