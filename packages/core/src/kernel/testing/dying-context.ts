import type { Capability } from "../capability.ts";
import type { CoreContext } from "../context.ts";

/** Thrown by everything that a dead process would have done. */
export class Killed extends Error {
  constructor() {
    super("The process was killed here.");
  }
}

export type DyingContext = { ctx: CoreContext; /** How often something was begun that could be cut off. */ points(): number; isDead(): boolean };

/**
 * A context whose process dies at a point: transactions, single writes and calls of ports are counted, each before it happens
 * and after it has happened. From the fatal point on everything throws, as nothing can be written by a dead process. Run the
 * verb for point 0, 1, 2 … until it lives, and each time again with a living context, to see that a crash anywhere does no harm.
 */
export function dyingContext(ctx: CoreContext, fatalPoint: number): DyingContext {
  let points = 0;
  let dead = false;
  let depth = 0;

  const pass = (): void => {
    if (!dead && points === fatalPoint) dead = true;
    points += 1;
    if (dead) throw new Killed();
  };
  const around = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    pass();
    const result = await work();
    pass();
    return result;
  };

  const db = new Proxy(ctx.db, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name === "transaction") {
        return (...values: unknown[]) =>
          around(async () => {
            depth += 1;
            try {
              return (await Reflect.apply(value, target, values)) as unknown;
            } finally {
              depth -= 1;
            }
          });
      }
      return (...values: unknown[]) => {
        if (dead) throw new Killed();
        return Reflect.apply(value, target, values) as unknown;
      };
    },
  });

  const resolve = <Port>(capability: Capability<Port>): Port => {
    const port = ctx.resolve(capability);
    if (typeof port !== "object" || port === null) return port;
    return new Proxy(port, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...values: unknown[]) => {
          // A port called while a transaction is open would hold locks for as long as the other side likes.
          if (depth > 0) throw new Error(`${capability.name}.${String(name)} was called inside a transaction.`);
          return around(async () => (await Reflect.apply(value, target, values)) as unknown);
        };
      },
    });
  };

  return { ctx: { ...ctx, db, resolve }, points: () => points, isDead: () => dead };
}
