import { execFile } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { sourceHostContract } from "@trellis/core/catalog/source-host.contract.ts";
import { createGitSourceHost, type GitSourceHost } from "./provider.ts";
import { workerRequest } from "./testing/worker-request.ts";
import { killingGit, overtakingGit, runWorker, SEARCH_PATH } from "./testing/worker-process.ts";

const execute = promisify(execFile);
const NAME = "projects/one";
const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "trellis-repositories-"));
  folders.push(folder);
  return folder;
}

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

sourceHostContract("git", async () => createGitSourceHost({ root: await newFolder() }));

type Place = { root: string; host: GitSourceHost; repository: string; git(...parameters: string[]): Promise<string> };

async function withRepository(): Promise<Place> {
  const root = await newFolder();
  const host = await createGitSourceHost({ root });
  await host.createRepository(NAME);
  const repository = join(root, `${NAME}.git`);
  const env = {
    PATH: SEARCH_PATH,
    GIT_CONFIG_NOSYSTEM: "1",
    HOME: root,
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@b",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@b",
  };
  return { root, host, repository, git: async (...parameters) => (await execute("git", ["--git-dir", repository, ...parameters], { env })).stdout.trim() };
}

let keys = 0;
function request(path: string, content: string, more: object = {}) {
  keys += 1;
  return { branch: "main", message: "Change", author: { name: "Ada", email: "ada@example.org" }, key: `key-${keys}`, changes: [{ path, content }], ...more };
}

/** A commit whose tree has one entry besides `real`, made by git itself, as a push could bring it. */
async function commitEntry({ git, root }: Place, mode: string, path: string, content: string): Promise<string> {
  await writeFile(join(root, "content"), content);
  const object = mode === "160000" ? "1".repeat(40) : await git("hash-object", "-w", join(root, "content"));
  const env = { PATH: SEARCH_PATH, GIT_INDEX_FILE: join(root, `index-${Math.random()}`), GIT_DIR: join(root, `${NAME}.git`) };
  const blob = await git("hash-object", "-w", join(root, "content"));
  for (const entry of [`100644,${blob},real`, `${mode},${object},${path}`]) await execute("git", ["update-index", "--add", "--cacheinfo", entry], { env });
  const tree = (await execute("git", ["write-tree"], { env })).stdout.trim();
  return git("commit-tree", tree, "-m", "with an entry");
}

describe("refs", () => {
  it("finds tags, plain and annotated, and prefers a branch of the same name", async () => {
    const { host, git } = await withRepository();
    const first = await host.commit(NAME, request("a", "1"));
    await git("tag", "v1", first.commit);
    await git("tag", "-a", "v2", "-m", "second", first.commit);
    const second = await host.commit(NAME, request("a", "2"));
    await git("tag", "both", first.commit);
    await git("branch", "both", second.commit);
    expect((await host.head(NAME, "v1"))?.commit).toBe(first.commit);
    expect((await host.head(NAME, "v2"))?.commit).toBe(first.commit);
    expect((await host.head(NAME, "both"))?.commit).toBe(second.commit);
  });

  it("keeps the key as a trailer of the message, below trailers that are there", async () => {
    const { host, git } = await withRepository();
    await host.commit(NAME, request("a", "1", { message: "Deploy\n\nWhy.\n\nChange-Request: CR-12", key: "CR-12" }));
    expect(await git("log", "-1", "--format=%B", "main")).toBe("Deploy\n\nWhy.\n\nChange-Request: CR-12\nTrellis-Key: CR-12");
    expect((await host.head(NAME, "main"))?.message).toBe("Deploy\n\nWhy.\n\nChange-Request: CR-12");
  });

  it("says CONFLICT when a branch cannot stand beside another", async () => {
    const { host } = await withRepository();
    await host.commit(NAME, request("a", "1", { branch: "topic" }));
    await expect(host.commit(NAME, request("a", "1", { branch: "topic/one" }))).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("makes the commit again when it was taken off the branch", async () => {
    const { host, git } = await withRepository();
    const base = await host.commit(NAME, request("a", "1"));
    const once = request("b", "2");
    const first = await host.commit(NAME, once);
    await git("update-ref", "refs/heads/main", base.commit);
    const again = await host.commit(NAME, once);
    expect(again.created).toBe(true);
    expect((await host.head(NAME, "main"))?.commit).toBe(again.commit);
    expect(await host.commit(NAME, once)).toEqual({ commit: again.commit, created: false });
    expect(first.created).toBe(true);
  });
});

describe("links and submodules", () => {
  it("neither lists nor reads them", async () => {
    const place = await withRepository();
    const link = await commitEntry(place, "120000", "link", "real");
    const submodule = await commitEntry(place, "160000", "module", "");
    expect((await place.host.readTree(NAME, link)).map((entry) => entry.path)).toEqual(["real"]);
    expect((await place.host.readTree(NAME, submodule)).map((entry) => entry.path)).toEqual(["real"]);
    expect(await place.host.readFile(NAME, link, "link")).toBeNull();
    expect(await place.host.readFile(NAME, submodule, "module")).toBeNull();
  });

  it("checks out links that stay inside, and submodules as empty folders", async () => {
    const place = await withRepository();
    const folder = await newFolder();
    await place.host.checkout(NAME, await commitEntry(place, "120000", "deep/link", "../real"), folder);
    expect(await readlink(join(folder, "deep/link"))).toBe("../real");
    const other = await newFolder();
    await place.host.checkout(NAME, await commitEntry(place, "160000", "module", ""), other);
    expect((await lstat(join(other, "module"))).isDirectory()).toBe(true);
  });

  it.each(["/etc/passwd", "../outside", "a/../../outside"])("refuses to check out a link to %s, and writes nothing", async (target) => {
    const place = await withRepository();
    const folder = await newFolder();
    const commit = await commitEntry(place, "120000", "link", target);
    await expect(place.host.checkout(NAME, commit, folder)).rejects.toMatchObject({ code: "INVALID", issues: [{ file: "link" }] });
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses to check out a tree that reaches into .git or above itself", async () => {
    const place = await withRepository();
    const blob = await place.git("hash-object", "-w", join(place.repository, "HEAD"));
    for (const name of ["..", ".git"]) {
      await writeFile(join(place.root, "tree"), Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, "hex")]));
      const tree = await place.git("hash-object", "-w", "-t", "tree", "--literally", join(place.root, "tree"));
      const commit = await place.git("commit-tree", tree, "-m", "hostile");
      await expect(place.host.checkout(NAME, commit, await newFolder())).rejects.toMatchObject({ code: "INVALID" });
    }
  });
});

describe("kills and races", () => {
  it("lets commits of two processes at once land, or one of them say CONFLICT", async () => {
    const { host, root, git } = await withRepository();
    await host.commit(NAME, request("seed", ""));
    const paths = (worker: string) => [1, 2, 3, 4, 5].flatMap((n) => [`${worker}-${n}`, `${worker}-${n}=shared`]);
    const results = await Promise.all(["a", "b"].map((worker) => runWorker(root, SEARCH_PATH, NAME, paths(worker))));
    const outcomes = results.flatMap((result) => result.outcomes);
    expect(outcomes).toHaveLength(20);
    const landed = outcomes.filter((outcome): outcome is object => typeof outcome === "object" && outcome !== null && "created" in outcome);
    for (const outcome of outcomes) if (!landed.some((one) => one === outcome)) expect(outcome).toMatchObject({ code: "CONFLICT" });
    expect(Number(await git("rev-list", "--count", "main"))).toBe(landed.length + 1);
    const tree = await host.readTree(NAME, (await host.head(NAME, "main"))?.commit ?? "");
    expect(tree.filter((entry) => /^[ab]-/.test(entry.path))).toHaveLength(10);
  });

  /** A host whose next commit to main is overtaken by one that writes `rivalPath`. */
  async function withRival(rivalPath: string): Promise<Place & { overtaken: GitSourceHost; base: string; rival: string }> {
    const place = await withRepository();
    const base = (await place.host.commit(NAME, request("seed", ""))).commit;
    const rival = (await place.host.commit(NAME, request(rivalPath, "rival"))).commit;
    await place.git("update-ref", "refs/heads/main", base);
    const searchPath = await overtakingGit(await newFolder(), place.repository, rival);
    return { ...place, base, rival, overtaken: await createGitSourceHost({ root: place.root, searchPath }) };
  }

  it("makes a commit again on top of one that overtook it in other files", async () => {
    const { overtaken, git, rival } = await withRival("theirs");
    const { commit } = await overtaken.commit(NAME, request("mine", "1"));
    expect(await git("rev-parse", `${commit}^`)).toBe(rival);
    expect(await git("show", "main:theirs")).toBe("rival");
  });

  it.each(["mine", "mine/below"])("says CONFLICT when the commit that overtook it wrote %s", async (rivalPath) => {
    const { overtaken, git, rival } = await withRival(rivalPath);
    await expect(overtaken.commit(NAME, request("mine", "1"))).rejects.toMatchObject({ code: "CONFLICT", issues: [{ file: rivalPath }] });
    expect(await git("rev-parse", "main")).toBe(rival);
  });

  it("says CONFLICT, whatever the files, when a certain head was expected and another commit overtook", async () => {
    const { overtaken, base, git, rival } = await withRival("theirs");
    await expect(overtaken.commit(NAME, request("mine", "1", { expectedHead: base }))).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await git("rev-parse", "main")).toBe(rival);
  });

  const GIT_CALLS_OF_A_COMMIT = 8;
  const kills = Array.from({ length: GIT_CALLS_OF_A_COMMIT }, (_, index) => index + 1).flatMap((call) => [
    { call, moment: "before" as const },
    { call, moment: "after" as const },
  ]);

  it.each(kills)("goes on after a kill -9 $moment git command $call of a commit, with one commit in the end", async ({ call, moment }) => {
    const { host, root, git } = await withRepository();
    await host.commit(NAME, request("seed", ""));
    const killed = await runWorker(root, await killingGit(await newFolder(), call, moment), NAME, ["file"]);
    expect(killed).toEqual({ outcomes: [], signal: "SIGKILL" });
    const repeated = await host.commit(NAME, workerRequest("file"));
    const isDone = call === GIT_CALLS_OF_A_COMMIT && moment === "after";
    expect(repeated.created).toBe(!isDone);
    expect(await git("rev-list", "--count", "main")).toBe("2");
    expect(await git("show", "main:file")).toBe("file");
    expect(await git("fsck", "--strict", "--no-dangling")).toBe("");
  });

  it("removes a ref lock that a killed git left, once it is old, and then commits", async () => {
    const { host, repository } = await withRepository();
    await host.commit(NAME, request("a", "1"));
    const lock = join(repository, "refs/heads/main.lock");
    await writeFile(lock, "");
    const old = Date.now() / 1000 - 60;
    await utimes(lock, old, old);
    expect(await host.commit(NAME, request("a", "2"))).toMatchObject({ created: true });
    await expect(stat(lock)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("waits for a ref lock that is in use", async () => {
    const { host, repository } = await withRepository();
    await host.commit(NAME, request("a", "1"));
    const lock = join(repository, "refs/heads/main.lock");
    await writeFile(lock, "");
    let isDone = false;
    const committing = host.commit(NAME, request("a", "2")).finally(() => (isDone = true));
    // A commit of another branch takes as long as this one would: by then it would be done if it did not wait.
    await host.commit(NAME, request("a", "2", { branch: "other" }));
    await host.commit(NAME, request("a", "3", { branch: "other" }));
    expect(isDone).toBe(false);
    await rm(lock);
    expect(await committing).toMatchObject({ created: true });
  });

  it("removes work folders of killed processes that are older than a day", async () => {
    const { root } = await withRepository();
    for (const [name, ageHours] of [
      ["work-old", 25],
      ["work-young", 1],
    ] as const) {
      await mkdir(join(root, ".scratch", name));
      const at = Date.now() / 1000 - ageHours * 3600;
      await utimes(join(root, ".scratch", name), at, at);
    }
    await createGitSourceHost({ root });
    expect(await readdir(join(root, ".scratch"))).toEqual(["work-young"]);
  });
});

describe("care", () => {
  it("packs a repository with many loose objects and changes nothing else", async () => {
    const { host, git, repository } = await withRepository();
    const changes = Array.from({ length: 1500 }, (_, n) => ({ path: `f/${n}`, content: String(n) }));
    const { commit } = await host.commit(NAME, { ...request("x", ""), changes });
    await host.maintain();
    expect(await git("count-objects", "-v")).toMatch(/^count: 0$/m);
    expect(await host.readTree(NAME, commit)).toHaveLength(1500);
    expect(await readFile(join(repository, "HEAD"), "utf8")).toBe("ref: refs/heads/main\n");
    await host.maintain();
  });
});
