import { chmod, mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { type ClientRequest, request as httpRequest } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createGitDoor } from "./git-door.ts";
import { openDoor, type OpenDoor } from "./testing/open-door.ts";

const opened: OpenDoor[] = [];

async function open(...options: Parameters<typeof openDoor>): Promise<OpenDoor> {
  const door = await openDoor(...options);
  opened.push(door);
  return door;
}

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(opened.splice(0).map((door) => door.close()));
});

const AUTHORIZATION = `Basic ${btoa("any:write")}`;

/** Begins a push by hand: the body is open and what is written to it arrives in chunks. */
function beginPush(door: OpenDoor): ClientRequest {
  const request = httpRequest(`${door.address}/git/projects/one.git/git-receive-pack`, {
    method: "POST",
    headers: { authorization: AUTHORIZATION, "content-type": "application/x-git-receive-pack-request" },
  });
  request.on("error", () => {});
  return request;
}

/** One line of git's protocol, and the end of the list of commands. */
function packetLine(text: string): string {
  return `${(text.length + 4).toString(16).padStart(4, "0")}${text}0000`;
}

/** A folder with a `git` of the test's own making; the search path that finds it first. */
async function fakeGit(door: OpenDoor, ...lines: string[]): Promise<string> {
  const bin = join(door.folder, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "git"), ["#!/bin/sh", ...lines, ""].join("\n"));
  await chmod(join(bin, "git"), 0o755);
  return `${bin}:/usr/bin:/bin`;
}

async function pushSomething(door: OpenDoor, ref: string): Promise<{ exitCode: number; stderr: string }> {
  const work = join(door.folder, "work");
  await door.git(door.folder, "clone", "-q", door.url("write"), work);
  await door.git(work, "commit", "-q", "--allow-empty", "-m", "Something");
  return door.git(work, "push", "-q", "origin", `HEAD:${ref}`);
}

const ask = (door: OpenDoor, headers: Record<string, string> = {}) =>
  fetch(`${door.address}/git/projects/one.git/info/refs?service=git-upload-pack`, { headers: { authorization: AUTHORIZATION, ...headers } });

describe("clients that go", () => {
  it("ends git when the client vanishes within a push, and the repository stays as it was", async () => {
    let ended = () => {};
    const backendEnded = new Promise<void>((done) => (ended = done));
    const log = { debug() {}, warn() {}, error() {}, info: () => ended() };
    const door = await open({ log });
    const request = beginPush(door);
    const command = `${"0".repeat(40)} ${"1".repeat(40)} refs/heads/main\0report-status`;
    request.write(packetLine(command));
    await new Promise((done) => request.write(Buffer.from([...Buffer.from("PACK"), 0, 0, 0, 2, 0, 0, 0, 5]), done));
    await vi.waitUntil(async () => (await readdir(join(door.root, "projects/one.git/trellis-pushes")).catch(() => null)) !== null);
    request.destroy();
    await backendEnded;
    expect(await door.door.listHeads("projects/one")).toEqual([]);
    expect(await readdir(join(door.root, "projects/one.git/objects"))).toEqual(["info", "pack"]);
    expect(await pushSomething(door, "main")).toMatchObject({ exitCode: 0 });
    expect(door.events).toHaveLength(1);
  });

  it("ends git when the client vanishes while it reads", async () => {
    const outer = await open();
    let ended = () => {};
    const backendEnded = new Promise<void>((done) => (ended = done));
    const searchPath = await fakeGit(outer, 'printf "Status: 200 OK\\r\\n\\r\\nmore to come"', "sleep 1000");
    const door = await open({ searchPath, log: { debug() {}, warn() {}, error() {}, info: () => ended() } });
    const leaving = new AbortController();
    const answer = await fetch(`${door.address}/git/projects/one.git/info/refs?service=git-upload-pack`, {
      headers: { authorization: AUTHORIZATION },
      signal: leaving.signal,
    });
    expect(answer.status).toBe(200);
    leaving.abort();
    await backendEnded;
  });

  it("answers 503 when as many commands are under way as it serves, and serves again after", async () => {
    const asked: (() => void)[] = [];
    const door = await open({
      maxRequests: 1,
      authorize: () => new Promise((done) => asked.push(() => done({ status: "not_found", message: "Nothing here." }))),
    });
    const first = ask(door);
    await vi.waitUntil(() => asked.length === 1);
    const refused = await ask(door);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
    asked[0]?.();
    expect((await first).status).toBe(404);
    const third = ask(door);
    await vi.waitUntil(() => asked.length === 2);
    asked[1]?.();
    expect((await third).status).toBe(404);
  });
});

describe("faults of git and of the portal", () => {
  it("gives git none of the portal's own environment", async () => {
    vi.stubEnv("TRELLIS_SECRET", "do not tell");
    const outer = await open();
    const searchPath = await fakeGit(outer, `env >"${outer.folder}/environment"`, 'printf "Status: 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\nfine"');
    const door = await open({ searchPath });
    const answer = await ask(door, { "git-protocol": "version=2", "x-evil": "1" });
    expect([answer.status, await answer.text()]).toEqual([200, "fine"]);
    const names = (await readFile(join(outer.folder, "environment"), "utf8")).split("\n").map((line) => line.split("=")[0] ?? "");
    const allowed =
      /^(PATH|HOME|LC_ALL|PWD|SHLVL|_|OLDPWD|PATH_INFO|QUERY_STRING|REQUEST_METHOD|REMOTE_ADDR|GIT_(CONFIG_.*|NO_REPLACE_OBJECTS|PROJECT_ROOT|HTTP_EXPORT_ALL|PROTOCOL))?$/;
    expect(names.filter((name) => !allowed.test(name))).toEqual([]);
    expect(names).toContain("GIT_PROTOCOL");
    expect(names).not.toContain("REMOTE_USER");
  });

  it.each([
    ["fails before it speaks", ["echo broken >&2", "exit 1"]],
    ["speaks without end of its head", ["head -c 2000000 /dev/zero | tr '\\0' x"]],
  ])("answers 500 in words when git %s", async (_, lines) => {
    const outer = await open();
    const door = await open({ searchPath: await fakeGit(outer, ...lines) });
    const answer = await ask(door);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain("Trellis could not answer this git command.");
    expect(door.logged).toContain("git http-backend ended with an error.");
  });

  it("answers 500 when there is no git, or when the portal cannot tell who asks", async () => {
    const without = await open({ searchPath: "/nonexistent" });
    expect((await ask(without)).status).toBe(500);
    const confused = await open({ authorize: () => Promise.reject(new Error("the database is away")) });
    const answer = await ask(confused);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("database");
  });

  it("takes a push although a git that was killed left the lock of its branch", async () => {
    const door = await open();
    const heads = join(door.root, "projects/one.git/refs/heads");
    await writeFile(join(heads, "main.lock"), "");
    const old = Date.now() / 1000 - 3600;
    await utimes(join(heads, "main.lock"), old, old);
    expect(await pushSomething(door, "main")).toMatchObject({ exitCode: 0 });
  });

  it("tells the next portal of a push when the one that took it died before it could", async () => {
    const door = await open({ onPush: () => Promise.reject(new Error("dying")) });
    await pushSomething(door, "main");
    const told: string[] = [];
    const next = createGitDoor({
      root: door.root,
      authorize: () => Promise.reject(new Error("not asked")),
      log: { debug() {}, info() {}, warn() {}, error() {} },
      async onPush(repository, updates, user) {
        told.push(`${repository} ${updates[0]?.ref} ${user.name}`);
      },
    });
    await Promise.all([next.announceWaitingPushes(), next.announceWaitingPushes()]);
    expect(told).toEqual(["projects/one refs/heads/main Ada Lovelace"]);
  });
});
