import { createHmac } from "node:crypto";
import { type Auth, createAuth } from "@trellis/auth";
import type { CoreContext, Logger } from "@trellis/core/kernel/context.ts";
import { newId } from "@trellis/core/kernel/ids.ts";
import { AccountStoreCapability } from "@trellis/core/identity/index.ts";
import { SigningKeysCapability } from "@trellis/core/pipelines/ports.ts";
import type { DatabaseHandle } from "@trellis/db";
import type { Environment } from "./environment.ts";
import { createProviders, type Providers } from "./create-providers.ts";
import { openEnvironmentDatabase } from "./open-environment-database.ts";
import { loadSecret } from "./secret.ts";

/** A portal without its doors: database, technology and the context that verbs run in. */
export type Trellis = {
  context: CoreContext;
  database: DatabaseHandle;
  auth: Auth;
  providers: Providers;
  environment: Environment;
  /** Stops what the providers run, then closes the database. */
  close(): Promise<void>;
};

/** Puts a portal together: the one place that knows which technology answers which capability. */
export async function createTrellis(
  environment: Environment,
  log: Logger,
  options: { /** An open database instead of the environment's; closed with the rest. */ database?: DatabaseHandle } = {},
): Promise<Trellis> {
  const database = options.database ?? (await openEnvironmentDatabase(environment, log));
  const stopping = new AbortController();
  try {
    const secret = await loadSecret(environment.dataFolder);
    const auth = createAuth(database.db, secret, log);
    const providers = await createProviders(environment, log);
    providers.bind(AccountStoreCapability, auth.accountStore);
    providers.bind(SigningKeysCapability, { derive: (purpose) => createHmac("sha256", secret).update(purpose).digest() });
    const context: CoreContext = {
      db: database.db,
      actor: { kind: "system", name: "Trellis" },
      now: () => new Date(),
      newId: () => newId(),
      resolve: (capability) => providers.resolve(capability),
      log,
      signal: stopping.signal,
    };
    return {
      context,
      database,
      auth,
      providers,
      environment,
      async close() {
        stopping.abort();
        await providers.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
