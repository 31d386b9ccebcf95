import { flushCompileCache } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { readEnvironment } from "@trellis/bootstrap/environment.ts";
import { createLogger } from "@trellis/bootstrap/logger.ts";
import { openEnvironmentDatabase } from "@trellis/bootstrap/open-environment-database.ts";
import { createHttpServer } from "./http.ts";
import { createPages } from "./pages.ts";
import { openStaticFiles } from "./static-files.ts";

const REPOSITORY = path.join(import.meta.dirname, "../../..");
const PORTAL = path.join(REPOSITORY, "apps/portal");

/** Starts the portal and resolves once it answers; errors are sentences for the person at the terminal where they can be. */
export async function runPortal({ isDevelopment }: { isDevelopment: boolean }): Promise<void> {
  const environment = readEnvironment(process.env, REPOSITORY);
  const log = createLogger();
  // The embedded database starts in a thread of its own, while this one loads the rest of the program.
  const opening = openEnvironmentDatabase(environment, log);
  opening.catch(() => {});
  const [{ createTrellis }, { startPortal }, { publishHost }, { checkHealth }] = await Promise.all([
    import("@trellis/bootstrap"),
    import("./start-portal.ts"),
    import("./portal-host.ts"),
    import("./health.ts"),
  ]);
  const database = await opening;
  const pages = createPages({ dev: isDevelopment, dir: PORTAL, hostname: environment.host, port: environment.port });
  const prepared = pages.prepare();
  prepared.catch(() => {});
  const trellis = await createTrellis(environment, log, { database });
  const portal = await startPortal(trellis);
  publishHost(trellis, portal);
  const staticFiles = await openStaticFiles(path.join(PORTAL, ".next/static"));
  await prepared;
  const handlePage = pages.getRequestHandler();
  const server = createHttpServer({
    mlflow: portal.mlflow.handle,
    api: portal.api,
    git: portal.git.handle,
    serve: portal.serve,
    staticFiles: isDevelopment ? () => false : staticFiles,
    pages: (request, response) => handlePage(request, response),
    ready: async () => {
      const checks = await checkHealth(trellis);
      return { ready: Object.values(checks).every((answer) => answer === "ok"), checks };
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(environment.port, environment.host, resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EADDRINUSE" ? new Error(`Port ${environment.port} is taken. Stop what uses it, or set PORT.`) : error;
  });

  const { port } = server.address() as AddressInfo;
  const shownHost = environment.host === "127.0.0.1" || environment.host === "0.0.0.0" ? "localhost" : environment.host;
  const databaseName = environment.databaseUrl ? "PostgreSQL (DATABASE_URL)" : "embedded PostgreSQL";
  process.stdout.write(
    `\nTrellis is ready on http://${shownHost}:${port} (${(performance.now() / 1000).toFixed(1)} s)\n  Data      ${environment.dataFolder}\n  Database  ${databaseName}\n  Stop      Ctrl C\n\n`,
  );

  flushCompileCache();

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    server.close();
    server.closeAllConnections();
    await pages.close();
    await portal.stop();
    await trellis.close();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop());
}
