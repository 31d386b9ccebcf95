import { testDatabase } from "@trellis/db/testing";
import { beforeAll, expect, it } from "vitest";
import { actingAs, testContext } from "../kernel/testing/test-context.ts";
import { compareCommits, createProject } from "./index.ts";
import { SourceHostCapability } from "./ports.ts";
import { MemorySourceHost } from "./testing/memory-source-host.ts";

const database = testDatabase();
const sources = new MemorySourceHost();
const lock = (version: string) => `[[package]]\nname = "numpy"\nversion = "${version}"\n`;
let olga: Awaited<ReturnType<typeof actingAs>>;
let stan: Awaited<ReturnType<typeof actingAs>>;

beforeAll(async () => {
  const system = testContext({ db: database.db, ports: [[SourceHostCapability, sources]] });
  olga = await actingAs(system, "Olga", "data_scientist");
  stan = await actingAs(system, "Stan", "data_scientist");
  for (const slug of ["delays", "fares"])
    await createProject(olga, { slug, title: slug, repository: `projects/${slug}`, visibility: "private", ownerId: olga.actor.userId });
});

const compare = (fromCommit: string, toCommit: string, toProject = "delays") =>
  compareCommits(olga, { fromProject: "delays", fromCommit, toProject, toCommit });

it("tells files that came, went and changed with their text, and the lock by its packages", async () => {
  const before = await sources.push("projects/delays", { "train.py": "a\n", "old.py": "x", "same.py": "s", "uv.lock": lock("1.0") });
  const after = await sources.push("projects/delays", { "train.py": "b\n", "old.py": null, "new.py": "n", "uv.lock": lock("2.0") });
  expect(await compare(before, after)).toMatchObject({
    from: { commit: before },
    to: { commit: after },
    total: 3,
    files: [
      { path: "new.py", change: "added", before: null, after: "n" },
      { path: "old.py", change: "removed", before: "x", after: null },
      { path: "train.py", change: "changed", before: "a\n", after: "b\n" },
    ],
    packages: [{ name: "numpy", before: "1.0", after: "2.0" }],
  });
  expect(await compare(after, after)).toMatchObject({ total: 0, files: [], packages: [] });
});

it("compares commits of two projects", async () => {
  const here = await sources.push("projects/delays", { "only-here.py": "1" });
  const there = await sources.push("projects/fares", { "only-there.py": "2" });
  const { files } = await compare(here, there, "fares");
  expect(files.map(({ path, change }) => `${change} ${path}`)).toEqual(expect.arrayContaining(["removed only-here.py", "added only-there.py"]));
});

it("does not carry what is no text or too long", async () => {
  const before = await sources.push("projects/delays", { "a.bin": "x", "b.csv": "1" });
  const after = await sources.push("projects/delays", { "a.bin": "x\0y", "b.csv": "1".repeat(200_000) });
  expect((await compare(before, after)).files).toMatchObject([
    { path: "a.bin", hidden: "binary", before: null, after: null },
    { path: "b.csv", hidden: "large", before: null, after: null },
  ]);
});

it("says which commit is not there, and nothing of a hidden project", async () => {
  const known = await sources.push("projects/delays", { "z.py": "z" });
  await expect(compare(known, "0".repeat(40))).rejects.toMatchObject({ code: "NOT_FOUND", message: "Commit 0000000000 of project delays was not found." });
  await expect(compareCommits(stan, { fromProject: "delays", fromCommit: known, toProject: "delays", toCommit: known })).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: "Project delays was not found.",
  });
});
