import { bigint, doublePrecision, index, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { id, moment } from "./columns.ts";
import { deployment } from "./delivery.ts";

/** Where the gateway sends a deployment's requests. */
export const endpoint = pgTable("endpoint", {
  deploymentId: uuid("deployment_id")
    .primaryKey()
    .references(() => deployment.id, { onDelete: "cascade" }),
  deploymentName: text("deployment_name").notNull().unique(),
  versionId: uuid("version_id").notNull(),
  address: text("address").notNull(),
  updatedAt: moment("updated_at").notNull(),
});

/** A file of logged predictions, one JSON object a line. */
export const inferenceSegment = pgTable(
  "inference_segment",
  {
    id: id(),
    deploymentId: uuid("deployment_id")
      .notNull()
      .references(() => deployment.id, { onDelete: "cascade" }),
    versionId: uuid("version_id").notNull(),
    path: text("path").notNull().unique(),
    rows: integer("rows").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    /** Event times of the rows in it: first and last. */
    fromTime: moment("from_time").notNull(),
    toTime: moment("to_time").notNull(),
    loggedAt: moment("logged_at").notNull(),
  },
  (t) => [index("inference_segment_window").on(t.deploymentId, t.toTime)],
);

/** Traffic by minute of arrival: the numbers of the deployment page. */
export const trafficMinute = pgTable(
  "traffic_minute",
  {
    deploymentId: uuid("deployment_id")
      .notNull()
      .references(() => deployment.id, { onDelete: "cascade" }),
    minute: moment("minute").notNull(),
    version: integer("version").notNull(),
    requests: integer("requests").notNull(),
    rows: integer("rows").notNull(),
    clientErrors: integer("client_errors").notNull(),
    serverErrors: integer("server_errors").notNull(),
    dropped: integer("dropped").notNull(),
    latencySumMs: doublePrecision("latency_sum_ms").notNull(),
    latencyP95Ms: doublePrecision("latency_p95_ms").notNull(),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.minute, t.version] })],
);

/** Who calls a deployment: people, by the tokens of their programs. */
export const deploymentConsumer = pgTable(
  "deployment_consumer",
  {
    deploymentId: uuid("deployment_id")
      .notNull()
      .references(() => deployment.id, { onDelete: "cascade" }),
    userId: text("user_id").notNull(),
    name: text("name").notNull(),
    requests: bigint("requests", { mode: "number" }).notNull(),
    firstCalledAt: moment("first_called_at").notNull(),
    lastCalledAt: moment("last_called_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.userId] })],
);
