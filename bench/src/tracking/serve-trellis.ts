import path from "node:path";
import { createTrellis, readEnvironment } from "@trellis/bootstrap";
import { createHttpServer } from "../../../apps/portal/main/http.ts";
import { startPortal } from "../../../apps/portal/main/start-portal.ts";

/**
 * The portal without its pages, in a process of its own: what is measured is the door of MLflow clients. Tells its parent when it
 * listens, and runs the statements that the parent sends, since the embedded database has one process only.
 */
const environment = readEnvironment(process.env, path.join(import.meta.dirname, "../../.."));
const quiet = () => {};
const trellis = await createTrellis(environment, {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
});
const portal = await startPortal(trellis);
const server = createHttpServer({
  mlflow: portal.mlflow.handle,
  api: portal.api,
  git: portal.git.handle,
  serve: portal.serve,
  staticFiles: () => false,
  pages: async (_request, response) => response.writeHead(404).end(),
  ready: async () => ({ ready: true, checks: {} }),
});
process.on("message", (statement: string) => {
  trellis.database.execute(statement).then(
    ({ rows }) => process.send?.({ rows }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.once("disconnect", () => process.exit());
process.once("SIGTERM", () => {
  server.closeAllConnections();
  void portal
    .stop()
    .then(() => trellis.close())
    .then(() => process.exit());
});
server.listen(environment.port, environment.host, () => process.send?.({ listening: true }));
