import "./runtime-settings.ts";
import path from "node:path";
import type { AddressInfo } from "node:net";
import { createLogger, createTrellis, readEnvironment } from "@trellis/bootstrap";
import { isCoreError } from "@trellis/core/kernel/errors.ts";
import { createHttpServer } from "./http.ts";
import { createPages } from "./pages.ts";
import { checkHealth } from "./health.ts";
import { publishHost } from "./portal-host.ts";
import { startPortal } from "./start-portal.ts";

const REPOSITORY = path.join(import.meta.dirname, "../../..");
const isDevelopment = process.argv.includes("--dev");

try {
  await main();
} catch (error) {
  const text = isCoreError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`\nTrellis could not start: ${text}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const environment = readEnvironment(process.env, REPOSITORY);
  const log = createLogger();
  const trellis = await createTrellis(environment, log);
  const portal = await startPortal(trellis);
  publishHost(trellis, portal);

  const pages = createPages({ dev: isDevelopment, dir: path.join(REPOSITORY, "apps/portal"), hostname: environment.host, port: environment.port });
  await pages.prepare();
  const handlePage = pages.getRequestHandler();
  const server = createHttpServer({
    mlflow: portal.mlflow.handle,
    api: portal.api,
    git: portal.git.handle,
    serve: portal.serve,
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
  const database = environment.databaseUrl ? "PostgreSQL (DATABASE_URL)" : "embedded PostgreSQL";
  process.stdout.write(
    `\nTrellis is ready on http://${shownHost}:${port} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)\n  Data      ${environment.dataFolder}\n  Database  ${database}\n  Stop      Ctrl C\n\n`,
  );

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
