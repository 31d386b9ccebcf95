import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns.ts";
import { user } from "./identity.ts";

export const SCAFFOLD_STATUSES = ["queued", "running", "succeeded", "failed", "cancelled"] as const;

export const scaffoldTask = pgTable(
  "scaffold_task",
  {
    id: id(),
    template: text("template").notNull(),
    templateVersion: text("template_version").notNull(),
    slug: text("slug").notNull(),
    answers: jsonb("answers").$type<Record<string, unknown>>().notNull(),
    visibility: text("visibility").notNull().default("internal"),
    teamId: uuid("team_id"),
    status: text("status", { enum: SCAFFOLD_STATUSES }).notNull().default("queued"),
    reason: text("reason").notNull().default(""),
    projectId: uuid("project_id"),
    runId: uuid("run_id"),
    createdBy: text("created_by")
      .notNull()
      .references(() => user.id),
    createdAt: createdAt(),
    endedAt: moment("ended_at"),
  },
  (t) => [index("scaffold_task_creator").on(t.createdBy, t.createdAt), index("scaffold_task_slug").on(t.slug)],
);

/** One action of a task, with the checkpoint that makes a repeat skip what is done. */
export const scaffoldStep = pgTable(
  "scaffold_step",
  {
    taskId: uuid("task_id")
      .notNull()
      .references(() => scaffoldTask.id, { onDelete: "cascade" }),
    position: integer("position").notNull(),
    action: text("action").notNull(),
    title: text("title").notNull(),
    status: text("status", { enum: SCAFFOLD_STATUSES }).notNull().default("queued"),
    checkpoint: jsonb("checkpoint").$type<Record<string, unknown> | null>(),
    log: text("log").notNull().default(""),
    error: text("error"),
    startedAt: moment("started_at"),
    endedAt: moment("ended_at"),
  },
  (t) => [primaryKey({ columns: [t.taskId, t.position] })],
);
