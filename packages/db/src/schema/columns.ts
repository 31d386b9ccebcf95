import { timestamp, uuid } from "drizzle-orm/pg-core";

/** Primary key: a UUID version 7 that the caller makes, so that ids sort by creation. */
export const id = () => uuid("id").primaryKey();

/** A moment, with zone, as a `Date`. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

/** When the row was made. */
export const createdAt = () => moment("created_at").notNull();
