import { accessSync, constants } from "node:fs";
import { access } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { CoreError, notFound } from "@trellis/core/kernel/errors.ts";
import { splitSlugPair } from "@trellis/core/kernel/slug.ts";
import { backendEnvironment, HOOKS_FOLDER } from "./backend-environment.ts";
import type { GitDoorOptions, GitUser, RefHead } from "./git-door-types.ts";
import { type GitRoute, isGitAddress, readGitRoute } from "./git-route.ts";
import { listHeads } from "./list-heads.ts";
import { PushJournal } from "./push-journal.ts";
import { runBackend } from "./run-backend.ts";

/** Git over HTTP. Mount `handle` on a server with `requestTimeout: 0`, ahead of anything that reads bodies. */
export type GitDoor = {
  /** Answers a request below `/git/`; false, untouched, for any other. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** Branches and tags of a repository, so that the portal can compare with what it knows, e.g. at start. */
  listHeads(repository: string): Promise<RefHead[]>;
  /** Calls `onPush` for pushes that an earlier process took but did not announce. Call once at start. */
  announceWaitingPushes(): Promise<void>;
};

const DEFAULTS = { maxPushBytes: 1024 ** 3, idleTimeoutMs: 10 * 60_000, maxRequests: 32, searchPath: "/usr/local/bin:/usr/bin:/bin" };
const HTTP_STATUS = { unauthenticated: 401, forbidden: 403, not_found: 404 } as const;

type Settings = GitDoorOptions & typeof DEFAULTS;

/** Opens the door. Throws when the hooks cannot run, because without them no branch would be protected. */
export function createGitDoor(options: GitDoorOptions): GitDoor {
  for (const hook of ["pre-receive", "post-receive"]) accessSync(join(HOOKS_FOLDER, hook), constants.X_OK);
  const settings: Settings = { ...DEFAULTS, ...options };
  const journal = new PushJournal(settings);
  let running = 0;
  return {
    async handle(request, response) {
      if (!isGitAddress(request.url ?? "")) return false;
      if (running >= settings.maxRequests) {
        response.setHeader("retry-after", "5");
        refuse(request, response, 503, "Trellis serves as many git commands as it can just now. Try again in a few seconds.");
        return true;
      }
      running += 1;
      try {
        await answer(settings, journal, request, response);
      } catch (error) {
        settings.log.error({ url: request.url, error: String(error) }, "A git request failed.");
        refuse(request, response, 500, "Trellis could not answer this git command. Its log says why.");
      } finally {
        running -= 1;
      }
      return true;
    },
    async listHeads(repository) {
      if (!splitSlugPair(repository)) throw new CoreError("INVALID", `${JSON.stringify(repository)} is not a repository name.`);
      if (!(await exists(settings.root, repository))) throw notFound("Repository", repository);
      return listHeads(settings.root, repository, settings.searchPath);
    },
    announceWaitingPushes: () => journal.deliverAll(),
  };
}

async function answer(settings: Settings, journal: PushJournal, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = readGitRoute(request.method ?? "", request.url ?? "", {
    contentType: request.headers["content-type"],
    contentEncoding: request.headers["content-encoding"],
  });
  if ("status" in route) return refuse(request, response, route.status, route.message);
  const { repository } = route;
  const operation = route.service === "git-receive-pack" ? "write" : "read";
  const grant = await settings.authorize({ repository, operation, authorization: request.headers.authorization });
  if (grant.status !== "ok") return refuse(request, response, HTTP_STATUS[grant.status], grant.message);
  if (!(await exists(settings.root, repository))) return refuse(request, response, 404, `Repository ${repository} was not found.`);
  await exchange(settings, journal, request, response, route, grant.user);
}

async function exchange(
  settings: Settings,
  journal: PushJournal,
  request: IncomingMessage,
  response: ServerResponse,
  route: GitRoute,
  user: GitUser,
): Promise<void> {
  const { repository } = route;
  const isPush = route.service === "git-receive-pack";
  const push = isPush ? { user, protection: (await settings.protectedBranch?.(repository, user)) ?? null, journal: await journal.open(repository) } : undefined;
  const environment = backendEnvironment({
    route,
    push,
    root: settings.root,
    searchPath: settings.searchPath,
    maxPushBytes: settings.maxPushBytes,
    method: request.method ?? "",
    contentType: request.headers["content-type"],
    contentEncoding: request.headers["content-encoding"],
    contentLength: request.headers["content-length"],
    gitProtocol: oneHeader(request.headers["git-protocol"]),
    remoteAddress: request.socket.remoteAddress,
  });
  // The server destroys a socket that times out when nobody listens for it.
  request.socket.setTimeout(settings.idleTimeoutMs);
  const end = await runBackend(request, response, environment, settings.maxPushBytes);
  request.socket.setTimeout(0);
  const run = { repository, service: route.service, exitCode: end.exitCode, stderr: end.stderr };
  if (!request.complete || response.destroyed) settings.log.info(run, "A git client went away within a request.");
  else if (end.exitCode !== 0 || !response.headersSent) settings.log.warn(run, "git http-backend ended with an error.");
  if (isPush && route.step === "exchange") await journal.deliver(repository);
  if (response.headersSent) response.end();
  else refuse(request, response, 500, "Trellis could not answer this git command. Its log says why.");
}

/** Answers in plain text, which git clients show, and closes the connection when a body is still on its way. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (status === 401) response.setHeader("www-authenticate", 'Basic realm="Trellis", charset="UTF-8"');
  if (!request.complete) response.setHeader("connection", "close");
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(`${message}\n`);
}

async function exists(root: string, repository: string): Promise<boolean> {
  return access(join(root, `${repository}.git`, "HEAD")).then(
    () => true,
    () => false,
  );
}

function oneHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
