import { appRouter, createCallerFactory, createContextFactory } from "@trellis/api";
import type { Trellis } from "@trellis/bootstrap";
import { countUsers } from "@trellis/core/identity/index.ts";
import type { Portal } from "./start-portal.ts";

/** The key under which pages find the running portal; the same word stands in `src/server/host.ts`. */
const HOST_KEY = "trellis.host";

/** Puts the running portal where server components find it: a module imported here and in a page would exist twice. */
export function publishHost(trellis: Trellis, portal: Portal): void {
  const contextOf = createContextFactory({ core: trellis.context, auth: trellis.auth, services: portal.services });
  const createCaller = createCallerFactory(appRouter);
  const host = {
    needsAdministrator: async () => (await countUsers(trellis.context)) === 0,
    personOf: async (headers: Headers) => {
      const context = await contextOf(headers);
      return context.signedIn ? createCaller(context).identity.me() : null;
    },
    query: async (headers: Headers, path: string, input: unknown) => {
      let procedure: unknown = createCaller(await contextOf(headers));
      for (const part of path.split(".")) procedure = (procedure as Record<string, unknown>)[part];
      return (procedure as (input: unknown) => Promise<unknown>)(input);
    },
  };
  Reflect.set(globalThis, Symbol.for(HOST_KEY), host);
}
