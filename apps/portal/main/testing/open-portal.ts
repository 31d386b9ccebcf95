import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTrellis, readEnvironment, type Trellis } from "@trellis/bootstrap";
import type { Actor, CoreContext, Role } from "@trellis/core/kernel/context.ts";
import type { DatabaseHandle } from "@trellis/db";
import { createHttpServer } from "../http.ts";
import { startPortal } from "../start-portal.ts";

export type OpenPortal = Awaited<ReturnType<typeof openPortal>>;

/**
 * A whole portal on a port of this machine, with real providers in a folder of its own; only its pages are left out. Closing
 * it closes the database.
 * @param options.adjust changes it before its parts start, e.g. binds another provider
 */
export async function openPortal(database: DatabaseHandle, options: { adjust?(trellis: Trellis): void } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "trellis-portal-"));
  const port = await freePort();
  const environment = readEnvironment({ ...process.env, DATABASE_URL: "", TRELLIS_DATA: folder, PORT: String(port), HOST: "127.0.0.1" }, folder);
  const faults: string[] = [];
  const note = (fields: object, message: string): void => void faults.push(`${message} ${JSON.stringify(fields)}`);
  const trellis = await createTrellis(environment, { debug() {}, info() {}, warn: note, error: note }, { database });
  options.adjust?.(trellis);
  const portal = await startPortal(trellis);
  const requests: string[] = [];
  const server = createHttpServer({
    mlflow: (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      return portal.mlflow.handle(request, response);
    },
    api: portal.api,
    git: portal.git.handle,
    serve: portal.serve,
    staticFiles: () => false,
    pages: async (_request, response) => response.writeHead(404).end("This portal has no pages."),
    ready: async () => ({ ready: true, checks: {} }),
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");

  return {
    ...trellis,
    url: `http://127.0.0.1:${port}`,
    folder,
    /** What was logged as a warning or an error. */
    faults,
    /** Every request to the port, oldest first, as `GET /version`. */
    requests,
    /** A person with an account, the context in which they act, and a token. */
    async person(name: string, role: Role): Promise<{ context: CoreContext; token: string; tokenId: string }> {
      const email = `${name.toLowerCase()}@example.org`;
      const { userId } = await trellis.auth.accountStore.createUser({ name, email, password: "correct horse battery", role });
      const actor: Actor = { kind: "user", userId, name, email, role };
      const context = { ...trellis.context, actor };
      const { token, id } = await trellis.auth.tokens.create(context, { name: "test" });
      return { context, token, tokenId: id };
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await portal.stop();
      await trellis.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A port that was free a moment ago; steps must know it before the portal listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (!address || typeof address === "string") throw new Error("No free port.");
  return address.port;
}
