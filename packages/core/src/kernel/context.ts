import type { Database, Transaction } from "@trellis/db";
import type { Capability } from "./capability.ts";

/** The roles a person can have, weakest first. Each includes what the ones before it may do. */
export const ROLES = ["viewer", "data_scientist", "approver", "admin"] as const;
export type Role = (typeof ROLES)[number];

/**
 * Who acts: a signed-in person (by session or token), the code of a pipeline step (by the token of its attempt; its project
 * is all that it may read and write), or the platform itself under a named duty.
 */
export type Actor =
  | { kind: "user"; userId: string; name: string; email: string; role: Role }
  | { kind: "attempt"; attemptId: string; runId: string; projectId: string; name: string }
  | { kind: "system"; name: string };

/** Structured log. Fields never carry secrets. */
export type Logger = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** What every verb gets. Technology comes only through `resolve`; time and ids are injected so that tests own them. */
export type CoreContext = {
  db: Database;
  actor: Actor;
  now(): Date;
  newId(): string;
  resolve<Port>(capability: Capability<Port>): Port;
  log: Logger;
  signal: AbortSignal;
};

export type { Database, Transaction };

/** The same context acting as the platform, for work that no person asks for directly. */
export function asSystem(context: CoreContext, name: string): CoreContext {
  return { ...context, actor: { kind: "system", name } };
}
