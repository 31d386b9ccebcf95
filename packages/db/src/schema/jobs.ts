import { bigserial, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt } from "./columns.ts";

/** Jobs asked for inside a transaction, until they are handed to the queue: a crash loses none, a rollback sends none. */
export const jobOutbox = pgTable("job_outbox", {
  seq: bigserial("seq", { mode: "number" }).primaryKey(),
  /** Id of the job that it becomes: handing it over twice makes one job. */
  jobId: uuid("job_id").notNull().defaultRandom(),
  name: text("name").notNull(),
  payload: jsonb("payload").$type<object>().notNull(),
  /** While a job with this key waits, a second one is not added. */
  key: text("key"),
  delaySeconds: integer("delay_seconds").notNull().default(0),
  createdAt: createdAt(),
});
