import "server-only";
import type { AppRouter } from "@trellis/api";
import type { inferRouterOutputs } from "@trpc/server";

/**
 * What the server process offers to server components. Next bundles its own copy of every module it imports, so the running
 * portal is reached through one object that `main.ts` puts on `globalThis`, and everything else here is types.
 */
export type PortalHost = {
  /** Whether the first administrator must still be made. */
  needsAdministrator(): Promise<boolean>;
  /** The signed-in person of these request headers, or null. */
  personOf(headers: Headers): Promise<inferRouterOutputs<AppRouter>["identity"]["me"]>;
  /** Runs a query of the router for the person of these headers; used to fill a page before it is sent. */
  query(headers: Headers, path: string, input: unknown): Promise<unknown>;
};

export const HOST_KEY = "trellis.host";

/** The running portal; throws outside of it. */
export function host(): PortalHost {
  const found: unknown = Reflect.get(globalThis, Symbol.for(HOST_KEY));
  if (!found) throw new Error("The portal's pages run only inside its server: npm start");
  return found as PortalHost;
}
