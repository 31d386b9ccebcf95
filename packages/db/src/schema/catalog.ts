import { index, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns.ts";
import { team, user } from "./identity.ts";

export const PROJECT_MEMBER_ROLES = ["owner", "contributor"] as const;
export const PROJECT_VISIBILITIES = ["internal", "private"] as const;

export const project = pgTable(
  "project",
  {
    id: id(),
    slug: text("slug").notNull().unique(),
    title: text("title").notNull(),
    description: text("description").notNull().default(""),
    visibility: text("visibility", { enum: PROJECT_VISIBILITIES }).notNull().default("internal"),
    teamId: uuid("team_id").references(() => team.id),
    /** `projects/<slug>` at the source host; empty for a personal project, which has none. */
    repository: text("repository").notNull(),
    /** The person whose notebooks log here when they name no project; such a project is made at the first use. */
    personalOf: text("personal_of")
      .unique()
      .references(() => user.id),
    template: text("template"),
    templateVersion: text("template_version"),
    templateAnswers: jsonb("template_answers").$type<Record<string, unknown>>(),
    createdBy: text("created_by")
      .notNull()
      .references(() => user.id),
    archivedAt: moment("archived_at"),
    createdAt: createdAt(),
  },
  (t) => [index("project_created").on(t.createdAt), index("project_template").on(t.template)],
);

export const projectMember = pgTable(
  "project_member",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    role: text("role", { enum: PROJECT_MEMBER_ROLES }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.userId] }), index("project_member_user").on(t.userId)],
);
