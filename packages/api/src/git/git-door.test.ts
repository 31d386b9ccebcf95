import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { openDoor, type OpenDoor } from "./testing/open-door.ts";

const opened: OpenDoor[] = [];

async function open(...options: Parameters<typeof openDoor>): Promise<OpenDoor> {
  const door = await openDoor(...options);
  opened.push(door);
  return door;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((door) => door.close()));
});

/** A clone with one commit on main, not pushed yet. */
async function cloneWithCommit(door: OpenDoor, token: string, content: string | Buffer = "hello"): Promise<string> {
  const work = join(door.folder, `work-${randomBytes(4).toString("hex")}`);
  expect(await door.git(door.folder, "clone", "-q", door.url(token), work)).toMatchObject({ exitCode: 0 });
  await commitFile(door, work, "file", content);
  return work;
}

async function commitFile(door: OpenDoor, work: string, name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(work, name), content);
  await door.git(work, "add", "-A");
  expect(await door.git(work, "commit", "-q", "-m", `Write ${name}`)).toMatchObject({ exitCode: 0 });
  return (await door.git(work, "rev-parse", "HEAD")).stdout.trim();
}

/** Samples the bytes of buffers that are still referenced, garbage left out, above what was there before. */
function watchHeldBytes(): { peak(): number } {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  const sample = () => {
    if (typeof collect === "function") collect();
    return process.memoryUsage().arrayBuffers;
  };
  const before = sample();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, sample())), 20);
  return {
    peak() {
      clearInterval(timer);
      return peak - before;
    },
  };
}

describe("cloning and pushing", () => {
  it("takes a push, tells of it before the command ends, and gives it back to a clone", async () => {
    const door = await open();
    const work = await cloneWithCommit(door, "write");
    const pushed = await door.git(work, "push", "origin", "HEAD:main");
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    const commit = (await door.git(work, "rev-parse", "HEAD")).stdout.trim();
    expect(door.events).toEqual([
      {
        repository: "projects/one",
        updates: [{ ref: "refs/heads/main", before: null, after: commit }],
        user: { id: "user-ada", name: "Ada Lovelace", email: "ada@example.org" },
      },
    ]);
    expect(await door.door.listHeads("projects/one")).toEqual([{ ref: "refs/heads/main", commit }]);
    const clone = join(door.folder, "clone");
    expect(await door.git(door.folder, "clone", "-q", door.url("read"), clone)).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(clone, "file"), "utf8")).toBe("hello");
    expect(await readdir(join(door.root, "projects/one.git/trellis-pushes"))).toEqual([]);
  });

  it("tells of several refs of one push, of deletions and of tags", async () => {
    const door = await open();
    const work = await cloneWithCommit(door, "write");
    await door.git(work, "tag", "-a", "v1", "-m", "first");
    expect(await door.git(work, "push", "-q", "origin", "HEAD:main", "HEAD:topic", "v1")).toMatchObject({ exitCode: 0 });
    expect(door.events[0]?.updates.map((update) => update.ref).sort()).toEqual(["refs/heads/main", "refs/heads/topic", "refs/tags/v1"]);
    const commit = (await door.git(work, "rev-parse", "HEAD")).stdout.trim();
    expect((await door.door.listHeads("projects/one")).map((head) => head.commit)).toEqual([commit, commit, commit]);
    expect(await door.git(work, "push", "-q", "origin", ":topic")).toMatchObject({ exitCode: 0 });
    expect(door.events[1]?.updates).toEqual([{ ref: "refs/heads/topic", before: commit, after: null }]);
  });

  it("takes a chunked push of 30 MB without holding it", async () => {
    const door = await open();
    const work = await cloneWithCommit(door, "write", randomBytes(30 * 1024 * 1024));
    const held = watchHeldBytes();
    const pushed = await door.git(work, "push", "-q", "origin", "HEAD:main");
    expect(held.peak()).toBeLessThan(8 * 1024 * 1024);
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(door.events).toHaveLength(1);
  });

  it("answers a fetch whose request body is compressed", async () => {
    const door = await open();
    const work = await cloneWithCommit(door, "write");
    // Git compresses a body above 1 kB: with this many commits to offer, the next fetch's negotiation is that long.
    for (let n = 0; n < 40; n += 1) await door.git(work, "commit", "-q", "--allow-empty", "-m", String(n));
    for (let n = 0; n < 30; n += 1) await door.git(work, "push", "-q", "origin", `HEAD~${n}:refs/heads/topic-${n}`);
    const clone = join(door.folder, "clone");
    await door.git(door.folder, "init", "-q", clone);
    const fetched = await door.git(clone, "-c", "http.proxy=", "fetch", "-q", door.url("read"), "refs/heads/*:refs/heads/*");
    expect(fetched.exitCode, fetched.stderr).toBe(0);
    expect((await door.git(clone, "rev-list", "--count", "topic-0")).stdout.trim()).toBe("41");
  });

  it("fetches and pushes at the same time", async () => {
    const door = await open();
    const work = await cloneWithCommit(door, "write");
    await door.git(work, "push", "-q", "origin", "HEAD:main");
    const results = await Promise.all([
      ...[1, 2, 3].map((n) => door.git(work, "push", "-q", "origin", `HEAD:topic-${n}`)),
      ...[1, 2, 3].map((n) => door.git(door.folder, "clone", "-q", door.url("read"), join(door.folder, `clone-${n}`))),
    ]);
    expect(results.map((result) => result.exitCode)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(door.events).toHaveLength(4);
  });
});

describe("refusals", () => {
  it("refuses a wrong token", async () => {
    const door = await open();
    const result = await door.git(door.folder, "ls-remote", door.url("wrong"));
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toContain("Authentication failed");
    const answer = await fetch(`${door.address}/git/projects/one.git/info/refs?service=git-upload-pack`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Basic realm="Trellis"/);
  });

  it("refuses a push with a token that may only read, in words", async () => {
    const door = await open();
    const work = await cloneWithCommit(door, "read");
    const result = await door.git(work, "push", "origin", "HEAD:main");
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toContain("This token may only read.");
    expect(door.events).toEqual([]);
  });

  it.each(["projects/none", "projects/hidden"])("says that %s was not found", async (repository) => {
    const door = await open();
    const result = await door.git(door.folder, "ls-remote", door.url("read", repository));
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toContain(`Repository ${repository} was not found.`);
  });

  it("refuses a push to a protected branch, naming the rule and what to do", async () => {
    const door = await open({
      protection: {
        branches: ["main"],
        rule: "Environments change by approved change requests only.",
        remedy: "Open a change request on the model version's page.",
      },
    });
    const work = await cloneWithCommit(door, "write");
    const result = await door.git(work, "push", "origin", "HEAD:main");
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toContain("remote: Trellis refused this push: main is protected.");
    expect(result.stderr).toContain("Rule: Environments change by approved change requests only.");
    expect(result.stderr).toContain("What to do: Open a change request on the model version's page.");
    expect(await door.door.listHeads("projects/one")).toEqual([]);
    expect(door.events).toEqual([]);
    expect(await door.git(work, "push", "origin", "HEAD:topic")).toMatchObject({ exitCode: 0 });
  });

  it("refuses to rewrite or delete main, but lets other branches be rewritten", async () => {
    const door = await open();
    const work = await cloneWithCommit(door, "write");
    await door.git(work, "push", "-q", "origin", "HEAD:main", "HEAD:topic");
    await door.git(work, "commit", "-q", "--amend", "-m", "Another past");
    const rewritten = await door.git(work, "push", "--force", "origin", "HEAD:main");
    expect(rewritten.exitCode).not.toBe(0);
    expect(rewritten.stderr).toContain("main cannot be rewritten");
    expect(rewritten.stderr).toContain("git pull --rebase");
    const removed = await door.git(work, "push", "origin", ":main");
    expect(removed.exitCode).not.toBe(0);
    expect(removed.stderr).toContain("main cannot be deleted");
    expect(await door.git(work, "push", "--force", "origin", "HEAD:topic")).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ["refs/trellis/keys/x", "hidden ref"],
    ["refs/notes/commits", "refs/notes/commits cannot be pushed"],
    ["refs/replace/x", "cannot be pushed"],
  ])("refuses %s", async (ref, words) => {
    const door = await open();
    const work = await cloneWithCommit(door, "write");
    const result = await door.git(work, "push", "origin", `HEAD:${ref}`);
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toContain(words);
  });

  it("refuses a push above the size limit and keeps nothing of it", async () => {
    const door = await open({ maxPushBytes: 100_000 });
    const work = await cloneWithCommit(door, "write", randomBytes(3_000_000));
    const result = await door.git(work, "push", "origin", "HEAD:main");
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toContain("exceeds maximum allowed size");
    expect(await door.door.listHeads("projects/one")).toEqual([]);
    expect(await readdir(join(door.root, "projects/one.git/objects"))).toEqual(["info", "pack"]);
  });

  it("refuses objects that would attack a checkout", async () => {
    const door = await open();
    const work = await cloneWithCommit(door, "write");
    const blob = (await door.git(work, "rev-parse", "HEAD:file")).stdout.trim();
    await writeFile(join(door.folder, "tree"), Buffer.concat([Buffer.from("100644 ..\0"), Buffer.from(blob, "hex")]));
    const tree = (await door.git(work, "hash-object", "-w", "-t", "tree", "--literally", join(door.folder, "tree"))).stdout.trim();
    const commit = (await door.git(work, "commit-tree", tree, "-m", "evil")).stdout.trim();
    const result = await door.git(work, "push", "origin", `${commit}:refs/heads/evil`);
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toContain("hasDotdot");
  });

  it.each([
    ["GET", "/git/projects/one.git/HEAD", 404],
    ["GET", "/git/projects/one.git/objects/info/packs", 404],
    ["GET", "/git/projects/one.git/info/refs", 403],
    ["GET", "/git/projects/one.git/info/refs?service=git-archive", 403],
    ["GET", "/git/projects/one.git/info/refs?service=git-upload-pack&x=1", 403],
    ["GET", "/git/projects/one/info/refs?service=git-upload-pack", 404],
    ["GET", "/git/projects%2Fone.git/info/refs?service=git-upload-pack", 404],
    ["GET", "/git/../etc/one.git/info/refs?service=git-upload-pack", 418],
    ["GET", "/git/.scratch/one.git/info/refs?service=git-upload-pack", 404],
    ["POST", "/git/projects/one.git/info/refs?service=git-upload-pack", 405],
    ["GET", "/git/projects/one.git/git-upload-pack", 405],
    ["POST", "/git/projects/one.git/git-upload-pack", 415],
    ["GET", "/git", 404],
    ["GET", "/gitx", 418],
  ])("answers %s %s with %i", async (method, path, status) => {
    const door = await open();
    const answer = await fetch(`${door.address}${path}`, { method, headers: { authorization: `Basic ${btoa("any:write")}` } });
    expect(answer.status).toBe(status);
  });
});

describe("announcing pushes", () => {
  it("tells again of a push whose announcement failed, with the next push and at the next start", async () => {
    let isBroken = true;
    const told: string[] = [];
    const door = await open({
      async onPush(_, updates) {
        if (isBroken) throw new Error("the database is away");
        told.push(updates[0]?.ref ?? "");
      },
    });
    const work = await cloneWithCommit(door, "write");
    expect(await door.git(work, "push", "-q", "origin", "HEAD:one")).toMatchObject({ exitCode: 0 });
    expect(door.logged).toContain("A push could not be announced; it is announced again with the next one or at the next start.");
    isBroken = false;
    await door.door.announceWaitingPushes();
    expect(told).toEqual(["refs/heads/one"]);
    isBroken = true;
    await door.git(work, "push", "-q", "origin", "HEAD:two");
    isBroken = false;
    await door.git(work, "push", "-q", "origin", "HEAD:three");
    expect(told).toEqual(["refs/heads/one", "refs/heads/two", "refs/heads/three"]);
  });

  it("drops a record that is not whole", async () => {
    const door = await open();
    const journal = join(door.root, "projects/one.git/trellis-pushes");
    await mkdir(journal);
    await writeFile(join(journal, "push-x"), '{"id":"1","name":"A","email":"a@b"}\n');
    await door.door.announceWaitingPushes();
    expect(door.events).toEqual([]);
    expect(await readdir(journal)).toEqual([]);
  });
});
