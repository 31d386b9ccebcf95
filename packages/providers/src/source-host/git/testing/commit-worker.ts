import { createGitSourceHost } from "../provider.ts";
import { workerRequest } from "./worker-request.ts";

// A process of its own for tests: makes the commits of the given names one after the other and prints one JSON line for each.
const [root = "", searchPath = "", repository = "", ...names] = process.argv.slice(2);

const host = await createGitSourceHost({ root, searchPath });
for (const name of names) {
  const outcome = await host.commit(repository, workerRequest(name)).catch((error: unknown) => error);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
