import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CommitRequest, SourceHost } from "./ports.ts";

const NAME = "projects/flight-delays";
const AUTHOR = { name: "Ada Lovelace", email: "ada@example.org" };
const NO_COMMIT = "1".repeat(40);

let keys = 0;
function request(changes: CommitRequest["changes"], more: Partial<CommitRequest> = {}): CommitRequest {
  keys += 1;
  return { branch: "main", message: "Change files", author: AUTHOR, key: `key-${keys}`, changes, ...more };
}

async function withFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), "trellis-checkout-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What every source host must do. `open` gives a host without repositories; the suite calls it once a test. */
export function sourceHostContract(technology: string, open: () => Promise<SourceHost>): void {
  const withRepository = async () => {
    const host = await open();
    await host.createRepository(NAME);
    return host;
  };

  describe(`source host on ${technology}: repositories`, () => {
    it("creates an empty repository, and again without harm", async () => {
      const host = await withRepository();
      expect(await host.head(NAME, "main")).toBeNull();
      const { commit } = await host.commit(NAME, request([{ path: "a", content: "1" }]));
      await host.createRepository(NAME);
      expect((await host.head(NAME, "main"))?.commit).toBe(commit);
    });

    it("creates one repository when asked several times at once", async () => {
      const host = await open();
      await Promise.all([1, 2, 3].map(() => host.createRepository(NAME)));
      expect(await host.head(NAME, "main")).toBeNull();
    });

    it("says NOT_FOUND for a repository that does not exist", async () => {
      const host = await open();
      await expect(host.head(NAME, "main")).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(host.commit(NAME, request([{ path: "a", content: "" }]))).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(host.readTree(NAME, NO_COMMIT)).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    it.each(["", "projects", "../x/y", "a/../b", "projects/..", "Projects/x", "a/b/c", "/etc/x", "a/-b", "a/b.git", "a/b\0"])(
      "refuses %j as a name",
      async (name) => {
        const host = await open();
        await expect((async () => host.createRepository(name))()).rejects.toMatchObject({ code: "INVALID" });
        await expect(host.head(name, "main")).rejects.toMatchObject({ code: "INVALID" });
      },
    );
  });

  describe(`source host on ${technology}: reading`, () => {
    it("finds a commit by branch, by full id, and not by anything else", async () => {
      const host = await withRepository();
      const { commit } = await host.commit(NAME, request([{ path: "a", content: "1" }], { message: "First line\n\nMore about it." }));
      const info = await host.head(NAME, "main");
      expect(info).toMatchObject({ commit, message: "First line\n\nMore about it.", authorName: AUTHOR.name, authorEmail: AUTHOR.email });
      expect(Math.abs((info?.at.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
      expect((await host.head(NAME, commit))?.commit).toBe(commit);
      for (const ref of ["other", NO_COMMIT, commit.slice(0, 10), "", "main~0", "main:a", "HEAD", "--all", "main\n", "a..b", "@{0}"]) {
        expect(await host.head(NAME, ref), JSON.stringify(ref)).toBeNull();
      }
    });

    it("reads the tree with sizes and modes", async () => {
      const host = await withRepository();
      const { commit } = await host.commit(
        NAME,
        request([
          { path: "README.md", content: "héllo" },
          { path: "deep/er/run me.sh", content: "#!/bin/sh\n", executable: true },
          { path: "deep/ünï", content: "" },
        ]),
      );
      const tree = await host.readTree(NAME, commit);
      const rows = tree.map(({ path, sizeBytes, executable }) => [path, sizeBytes, executable]);
      expect(rows.sort()).toEqual(
        [
          ["README.md", 6, false],
          ["deep/er/run me.sh", 10, true],
          ["deep/ünï", 0, false],
        ].sort(),
      );
      await expect(host.readTree(NAME, NO_COMMIT)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(host.readTree(NAME, "main")).rejects.toMatchObject({ code: "INVALID" });
    });

    it("reads files byte for byte, with a limit", async () => {
      const host = await withRepository();
      const bytes = Buffer.from([0, 255, 13, 10, 10, 0]);
      const { commit } = await host.commit(
        NAME,
        request([
          { path: "bin/x", content: bytes },
          { path: ":(top)*", content: "odd name" },
        ]),
      );
      expect(await host.readFile(NAME, commit, "bin/x")).toEqual(bytes);
      expect((await host.readFile(NAME, commit, ":(top)*"))?.toString()).toBe("odd name");
      expect(await host.readFile(NAME, commit, "bin/x", 6)).toEqual(bytes);
      await expect(host.readFile(NAME, commit, "bin/x", 5)).rejects.toMatchObject({ code: "TOO_LARGE" });
      for (const missing of ["bin", "bin/y", "bin/x/z", "bi"]) expect(await host.readFile(NAME, commit, missing)).toBeNull();
      await expect(host.readFile(NAME, commit, "../x")).rejects.toMatchObject({ code: "INVALID" });
    });

    it("writes a commit's tree into an empty folder", async () => {
      const host = await withRepository();
      const { commit } = await host.commit(
        NAME,
        request([
          { path: "a/b.txt", content: "old\r\n" },
          { path: "run.sh", content: "x", executable: true },
        ]),
      );
      await host.commit(NAME, request([{ path: "a/b.txt", content: "new" }]));
      await withFolder(async (folder) => {
        await host.checkout(NAME, commit, folder);
        expect((await readdir(folder)).sort()).toEqual(["a", "run.sh"]);
        expect(await readFile(join(folder, "a/b.txt"), "utf8")).toBe("old\r\n");
        expect((await stat(join(folder, "run.sh"))).mode & 0o100).toBe(0o100);
      });
    });

    it("does not write into a folder that has something in it", async () => {
      const host = await withRepository();
      const { commit } = await host.commit(NAME, request([{ path: "a", content: "from git" }]));
      await withFolder(async (folder) => {
        await writeFile(join(folder, "a"), "mine");
        await chmod(join(folder, "a"), 0o600);
        await expect(host.checkout(NAME, commit, folder)).rejects.toMatchObject({ code: "INVALID" });
        expect(await readFile(join(folder, "a"), "utf8")).toBe("mine");
      });
    });
  });

  describe(`source host on ${technology}: committing`, () => {
    it("changes, adds and removes files and keeps the rest", async () => {
      const host = await withRepository();
      await host.commit(
        NAME,
        request([
          { path: "keep", content: "k" },
          { path: "edit", content: "1" },
          { path: "drop", content: "d" },
        ]),
      );
      const { commit, created } = await host.commit(
        NAME,
        request([
          { path: "edit", content: "2" },
          { path: "drop", content: null },
          { path: "new/file", content: "n" },
        ]),
      );
      expect(created).toBe(true);
      expect((await host.readTree(NAME, commit)).map((entry) => entry.path).sort()).toEqual(["edit", "keep", "new/file"]);
      expect((await host.readFile(NAME, commit, "edit"))?.toString()).toBe("2");
    });

    it("replaces a file by a folder when the file is removed in the same commit, else refuses", async () => {
      const host = await withRepository();
      await host.commit(NAME, request([{ path: "a", content: "file" }]));
      await expect(host.commit(NAME, request([{ path: "a/b", content: "x" }]))).rejects.toMatchObject({ code: "INVALID" });
      const { commit } = await host.commit(
        NAME,
        request([
          { path: "a", content: null },
          { path: "a/b", content: "x" },
        ]),
      );
      expect((await host.readTree(NAME, commit)).map((entry) => entry.path)).toEqual(["a/b"]);
    });

    it("is safe to repeat: one key, one commit, also after others", async () => {
      const host = await withRepository();
      const first = request([{ path: "a", content: "1" }], { expectedHead: null });
      const done = await host.commit(NAME, first);
      await host.commit(NAME, request([{ path: "a", content: "2" }]));
      expect(await host.commit(NAME, first)).toEqual({ commit: done.commit, created: false });
    });

    it("makes one commit of the same key asked for several times at once", async () => {
      const host = await withRepository();
      const one = request([{ path: "a", content: "1" }]);
      const results = await Promise.all([1, 2, 3, 4].map(() => host.commit(NAME, one)));
      expect(new Set(results.map((result) => result.commit)).size).toBe(1);
      expect(results.filter((result) => result.created)).toHaveLength(1);
    });

    it("refuses with CONFLICT when the head is not the expected one", async () => {
      const host = await withRepository();
      const first = await host.commit(NAME, request([{ path: "a", content: "1" }]));
      const second = await host.commit(NAME, request([{ path: "a", content: "2" }], { expectedHead: first.commit }));
      await expect(host.commit(NAME, request([{ path: "a", content: "3" }], { expectedHead: first.commit }))).rejects.toMatchObject({ code: "CONFLICT" });
      await expect(host.commit(NAME, request([{ path: "a", content: "3" }], { expectedHead: null }))).rejects.toMatchObject({ code: "CONFLICT" });
      await expect(host.commit(NAME, request([{ path: "a", content: "3" }], { branch: "none", expectedHead: first.commit }))).rejects.toMatchObject({
        code: "CONFLICT",
      });
      expect((await host.head(NAME, "main"))?.commit).toBe(second.commit);
    });

    it("lets commits to different files at once all land", async () => {
      const host = await withRepository();
      await host.commit(NAME, request([{ path: "seed", content: "" }]));
      await Promise.all(["a", "b", "c", "d"].map((path) => host.commit(NAME, request([{ path, content: path }]))));
      const head = await host.head(NAME, "main");
      expect((await host.readTree(NAME, head?.commit ?? "")).map((entry) => entry.path).sort()).toEqual(["a", "b", "c", "d", "seed"]);
    });

    it("loses nothing silently when commits at once change the same file: each lands or says CONFLICT", async () => {
      const host = await withRepository();
      await host.commit(NAME, request([{ path: "shared", content: "0" }]));
      const results = await Promise.allSettled([1, 2, 3].map((n) => host.commit(NAME, request([{ path: "shared", content: String(n) }]))));
      const failures = results.filter((result) => result.status === "rejected");
      expect(failures.length).toBeLessThan(results.length);
      for (const failure of failures) expect(failure.reason).toMatchObject({ code: "CONFLICT" });
    });

    it("starts another branch without touching main", async () => {
      const host = await withRepository();
      const main = await host.commit(NAME, request([{ path: "a", content: "1" }]));
      const other = await host.commit(NAME, request([{ path: "b", content: "2" }], { branch: "trellis/upgrade-1.2", expectedHead: null }));
      expect((await host.head(NAME, "main"))?.commit).toBe(main.commit);
      expect((await host.head(NAME, "trellis/upgrade-1.2"))?.commit).toBe(other.commit);
    });

    it.each([
      ["a path out of the tree", { changes: [{ path: "../a", content: "" }] }],
      ["a path into .git", { changes: [{ path: ".git/config", content: "" }] }],
      [
        "paths that differ in case only",
        {
          changes: [
            { path: "a", content: "" },
            { path: "A", content: "" },
          ],
        },
      ],
      [
        "a file changed twice",
        {
          changes: [
            { path: "a", content: "" },
            { path: "a", content: null },
          ],
        },
      ],
      ["a branch that is an option", { branch: "--force" }],
      ["a branch that is an expression", { branch: "main~1" }],
      ["a key of two lines", { key: "a\nb" }],
      ["an empty message", { message: " \n" }],
      ["an author of two lines", { author: { name: "a\nb", email: "x" } }],
      ["an author of nothing", { author: { name: "<>", email: "x" } }],
      ["a short expected head", { expectedHead: "abc" }],
    ])("refuses %s", async (_, fault) => {
      const host = await withRepository();
      await expect(host.commit(NAME, request([{ path: "a", content: "" }], fault))).rejects.toMatchObject({ code: "INVALID" });
      expect(await host.head(NAME, "main")).toBeNull();
    });
  });
}
