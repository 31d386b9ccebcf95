import { isSlug } from "@trellis/core/kernel/slug.ts";

export type GitService = "git-upload-pack" | "git-receive-pack";

/** A request of git's smart HTTP protocol (gitprotocol-http): the advertisement of refs, or the exchange that follows. */
export type GitRoute = { repository: string; service: GitService; step: "advertise" | "exchange" };

/** Why a request below `/git/` is no smart HTTP request; the message is shown by the client. */
export type GitRouteFault = { status: 400 | 403 | 404 | 405 | 415; message: string };

const PATH = /^\/git\/([a-z0-9-]+)\/([a-z0-9-]+)\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** True for an address that belongs to the git door, well formed or not. */
export function isGitAddress(url: string): boolean {
  return url === "/git" || url.startsWith("/git/") || url.startsWith("/git?");
}

/**
 * Reads method, address and headers strictly: nothing is decoded, so an escaped dot or slash matches nothing, and what the
 * "dumb" protocol would fetch (files of the repository) has no route.
 */
export function readGitRoute(method: string, url: string, headers: { contentType?: string; contentEncoding?: string }): GitRoute | GitRouteFault {
  const [path = "", query = ""] = splitOnce(url, "?");
  const match = PATH.exec(path);
  const [, group = "", name = "", action = ""] = match ?? [];
  if (!match || !isSlug(group) || !isSlug(name))
    return { status: 404, message: "There is no repository at this address. It has the form /git/<group>/<name>.git" };
  const repository = `${group}/${name}`;
  if (action === "info/refs") return readAdvertisement(method, query, repository);
  if (method !== "POST") return { status: 405, message: "This address takes POST only." };
  if (action !== "git-upload-pack" && action !== "git-receive-pack") return { status: 404, message: "There is no such service." };
  if (headers.contentType !== `application/x-${action}-request`) return { status: 415, message: `The content type must be application/x-${action}-request.` };
  if (headers.contentEncoding !== undefined && !/^(x-)?gzip$/.test(headers.contentEncoding))
    return { status: 415, message: "The content encoding must be gzip, or none." };
  return { repository, service: action, step: "exchange" };
}

function readAdvertisement(method: string, query: string, repository: string): GitRoute | GitRouteFault {
  if (method !== "GET") return { status: 405, message: "This address takes GET only." };
  const service = /^service=(git-upload-pack|git-receive-pack)$/.exec(query)?.[1];
  if (service === "git-upload-pack" || service === "git-receive-pack") return { repository, service, step: "advertise" };
  return { status: 403, message: "Only git's smart HTTP protocol is spoken here. Use a git client of version 1.6.6 or newer." };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
