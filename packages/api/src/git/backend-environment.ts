import { fileURLToPath } from "node:url";
import type { BranchProtection, GitUser } from "./git-door-types.ts";
import type { GitRoute } from "./git-route.ts";

/** Folder of the hooks that every push passes through. */
export const HOOKS_FOLDER = fileURLToPath(new URL("./hooks", import.meta.url));

/** What one run of `git http-backend` is about. */
export type BackendRun = {
  route: GitRoute;
  root: string;
  searchPath: string;
  method: string;
  contentType?: string;
  contentEncoding?: string;
  contentLength?: string;
  gitProtocol?: string;
  remoteAddress?: string;
  maxPushBytes: number;
  /** Set for pushes only. */
  push?: { user: GitUser; protection: BranchProtection | null; journal: string };
};

/** The settings and the bare minimum that every git child of the door runs with; nothing is inherited. */
export function gitEnvironment(searchPath: string, settings: [string, string][] = []): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: searchPath,
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_NO_REPLACE_OBJECTS: "1",
  };
  const all: [string, string][] = [["safe.directory", "*"], ["gc.auto", "0"], ...settings];
  environment.GIT_CONFIG_COUNT = String(all.length);
  all.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return environment;
}

/** The CGI environment (RFC 3875) of `git http-backend` for one request. */
export function backendEnvironment(run: BackendRun): Record<string, string> {
  const { route, push } = run;
  const environment = gitEnvironment(run.searchPath, [
    ["core.hooksPath", HOOKS_FOLDER],
    ["core.fsync", "committed"],
    ["http.getanyfile", "false"],
    // Refs that Trellis keeps for itself are neither shown nor taken.
    ["transfer.hideRefs", "refs/trellis"],
    ["uploadpack.allowFilter", "true"],
    ["receive.fsckObjects", "true"],
    ["receive.maxInputSize", String(run.maxPushBytes)],
    ["receive.autogc", "false"],
  ]);
  const action = route.step === "advertise" ? "info/refs" : route.service;
  Object.assign(environment, {
    GIT_PROJECT_ROOT: run.root,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: `/${route.repository}.git/${action}`,
    QUERY_STRING: route.step === "advertise" ? `service=${route.service}` : "",
    REQUEST_METHOD: run.method,
    REMOTE_ADDR: run.remoteAddress ?? "",
  });
  if (run.contentType) environment.CONTENT_TYPE = run.contentType;
  // The backend inflates by itself; a body without a length (chunked) is read to its end.
  if (run.contentEncoding) environment.HTTP_CONTENT_ENCODING = run.contentEncoding;
  if (run.contentLength) environment.CONTENT_LENGTH = run.contentLength;
  if (run.gitProtocol && /^[\w=:.-]{1,100}$/.test(run.gitProtocol)) environment.GIT_PROTOCOL = run.gitProtocol;
  if (push) Object.assign(environment, pushEnvironment(push));
  return environment;
}

/** A remote user makes the backend take pushes, so it is set only after the right to write was checked. */
function pushEnvironment({ user, protection, journal }: NonNullable<BackendRun["push"]>): Record<string, string> {
  return {
    REMOTE_USER: oneLine(user.id),
    TRELLIS_PUSHER: JSON.stringify({ id: user.id, name: user.name, email: user.email }),
    TRELLIS_PUSHES: journal,
    TRELLIS_PROTECTED: (protection?.branches ?? []).map((branch) => `refs/heads/${oneLine(branch)}`).join("\n"),
    TRELLIS_RULE: oneLine(protection?.rule ?? ""),
    TRELLIS_REMEDY: oneLine(protection?.remedy ?? ""),
  };
}

function oneLine(text: string): string {
  return text.replace(/[\0-\x1f\x7f]+/g, " ");
}
