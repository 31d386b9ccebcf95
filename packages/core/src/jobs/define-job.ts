import type { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";

/** A kind of background work: its name (`area.verb`), the shape of its payload, and how often a failure is tried again. */
export type Job<Payload extends object = object> = { name: string; schema: z.ZodType<Payload>; retryLimit: number };

/** Declares a job. Its handler must be safe to run twice with the same payload: delivery is at least once. */
export function defineJob<Payload extends object>(definition: { name: string; schema: z.ZodType<Payload>; retryLimit?: number }): Job<Payload> {
  return { retryLimit: 5, ...definition };
}

/** One row of the table that says which verb answers which job. */
export type JobHandler = { name: string; retryLimit: number; run(ctx: CoreContext, payload: unknown): Promise<void> };

/** Connects a job to the verb that answers it; a payload of the wrong shape never reaches the verb. */
export function handleJob<Payload extends object>(job: Job<Payload>, verb: (ctx: CoreContext, payload: Payload) => Promise<unknown>): JobHandler {
  return {
    name: job.name,
    retryLimit: job.retryLimit,
    async run(ctx, payload) {
      await verb(ctx, job.schema.parse(payload));
    },
  };
}
