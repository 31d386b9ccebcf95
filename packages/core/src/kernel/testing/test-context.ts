import type { Database } from "@trellis/db";
import { user } from "@trellis/db/schema";
import type { Capability } from "../capability.ts";
import type { Actor, CoreContext, Role } from "../context.ts";
import { newId } from "../ids.ts";

export type TestContextOptions = { db: Database; ports?: readonly (readonly [Capability<unknown>, unknown])[]; actor?: Actor; now?: () => Date };

/** A context for tests: the given ports, a clock that the test owns, and a log that keeps quiet. */
export function testContext({ db, ports = [], actor = { kind: "system", name: "test" }, now = () => new Date() }: TestContextOptions): CoreContext {
  const byName = new Map(ports.map(([capability, port]) => [capability.name, port]));
  return {
    db,
    actor,
    now,
    newId,
    resolve: <Port>(capability: Capability<Port>) => {
      if (!byName.has(capability.name)) throw new Error(`The test has no ${capability.name}.`);
      return byName.get(capability.name) as Port;
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    signal: new AbortController().signal,
  };
}

/** Adds a person to the database and gives the context in which they act. */
export async function actingAs(ctx: CoreContext, name: string, role: Role): Promise<CoreContext & { actor: Extract<Actor, { kind: "user" }> }> {
  const userId = ctx.newId();
  const email = `${userId}@example.org`;
  await ctx.db.insert(user).values({ id: userId, name, email, role, createdAt: ctx.now(), updatedAt: ctx.now() });
  return { ...ctx, actor: { kind: "user", userId, name, email, role } };
}
