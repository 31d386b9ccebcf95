import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createGitDoor, type GitDoor } from "../git-door.ts";
import type { BranchProtection, GitAccessRequest, GitDoorOptions, GitUser, RefUpdate } from "../git-door-types.ts";
import { readAccessToken } from "../access-token.ts";

const execute = promisify(execFile);

export type PushEvent = { repository: string; updates: RefUpdate[]; user: GitUser };

/** A real door on a random port with two tokens (`write` and `read`), one repository `projects/one`, and git clients for it. */
export type OpenDoor = {
  door: GitDoor;
  folder: string;
  root: string;
  events: PushEvent[];
  asked: GitAccessRequest[];
  logged: string[];
  address: string;
  /** Clone address with a token as password. */
  url(token: string, repository?: string): string;
  /** Runs git as a client with settings of its own; resolves with exit code and both outputs. */
  git(folder: string, ...parameters: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  close(): Promise<void>;
};

const ADA: GitUser = { id: "user-ada", name: "Ada Lovelace", email: "ada@example.org" };

/** Opens a door for a test; `more` replaces parts of its options. */
export async function openDoor(more: Partial<GitDoorOptions> & { protection?: BranchProtection } = {}): Promise<OpenDoor> {
  const folder = await mkdtemp(join(tmpdir(), "trellis-door-"));
  const root = join(folder, "repositories");
  const events: PushEvent[] = [];
  const asked: GitAccessRequest[] = [];
  const logged: string[] = [];
  const log = (_: object, message: string) => void logged.push(message);
  await mkdir(join(root, "projects"), { recursive: true });
  await execute("git", ["init", "--bare", "--quiet", "--template=", "-b", "main", join(root, "projects/one.git")]);
  const door = createGitDoor({
    root,
    log: { debug: log, info: log, warn: log, error: log },
    async authorize(request) {
      asked.push(request);
      const token = readAccessToken(request.authorization);
      if (token !== "write" && token !== "read") return { status: "unauthenticated", message: "Give an access token as the password." };
      if (request.repository === "projects/hidden") return { status: "not_found", message: "Repository projects/hidden was not found." };
      if (token === "read" && request.operation === "write") return { status: "forbidden", message: "This token may only read." };
      return { status: "ok", user: ADA };
    },
    async protectedBranch() {
      return more.protection ?? null;
    },
    async onPush(repository, updates, user) {
      events.push({ repository, updates, user });
    },
    ...more,
  });
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    void door.handle(request, response).then((mine) => {
      if (!mine) response.writeHead(418).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    door,
    folder,
    root,
    events,
    asked,
    logged,
    address: `http://127.0.0.1:${port}`,
    url: (token, repository = "projects/one") => `http://any:${token}@127.0.0.1:${port}/git/${repository}.git`,
    git: (cwd, ...parameters) => runClient(cwd, folder, parameters),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function runClient(cwd: string, home: string, parameters: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const identity = {
    GIT_AUTHOR_NAME: "Client",
    GIT_AUTHOR_EMAIL: "client@example.org",
    GIT_COMMITTER_NAME: "Client",
    GIT_COMMITTER_EMAIL: "client@example.org",
  };
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, GIT_CONFIG_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C", ...identity };
  try {
    const { stdout, stderr } = await execute("git", ["-c", "init.defaultBranch=main", ...parameters], { cwd, env, maxBuffer: 64 * 1024 * 1024 });
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    if (typeof error !== "object" || error === null || !("code" in error) || typeof error.code !== "number") throw error;
    return { exitCode: error.code, stdout: "stdout" in error ? String(error.stdout) : "", stderr: "stderr" in error ? String(error.stderr) : "" };
  }
}
