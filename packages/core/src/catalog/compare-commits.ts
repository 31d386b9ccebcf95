import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { changedPackages, type PackageChange } from "./domain/lock-packages.ts";
import { type CommitInfo, type SourceHost, SourceHostCapability, type TreeEntry } from "./ports.ts";
import { requireProject } from "./queries.ts";

const commit = z.string().regex(/^[0-9a-f]{7,64}$/, "A commit is 7 to 64 hexadecimal digits.");
const project = z.string().min(1).max(100);

export const compareCommitsInput = z.object({ fromProject: project, fromCommit: commit, toProject: project, toCommit: commit });

export type FileChangeKind = "added" | "removed" | "changed";
export type ChangedFile = {
  path: string;
  change: FileChangeKind;
  /** Text before and after; null where there is none, or where it is not shown (see `hidden`). */
  before: string | null;
  after: string | null;
  /** Why the text is not here: not text, or past what a page takes. */
  hidden: "binary" | "large" | null;
};

export type CommitComparison = {
  from: CommitInfo;
  to: CommitInfo;
  /** By path, at most 200; `uv.lock` is told by its packages instead. */
  files: ChangedFile[];
  /** Changed files in all. */
  total: number;
  packages: PackageChange[];
};

const LOCK_FILE = "uv.lock";
const MAX_LOCK_BYTES = 16 * 1024 * 1024;
const MAX_FILES = 200;
const MAX_FILE_BYTES = 128 * 1024;
/** Text of both sides together that one answer carries: 2 MiB. */
const MAX_TEXT_BYTES = 2 * 1024 * 1024;

/** What differs between the files of two commits, of one project or of two. NOT_FOUND when a commit is not there. */
export async function compareCommits(ctx: CoreContext, input: z.infer<typeof compareCommitsInput>): Promise<CommitComparison> {
  const host = ctx.resolve(SourceHostCapability);
  const from = await openSide(ctx, host, input.fromProject, input.fromCommit);
  const to = await openSide(ctx, host, input.toProject, input.toCommit);
  const paths = [...new Set([...from.tree.keys(), ...to.tree.keys()])].toSorted();
  const changed = paths.filter((path) => path !== LOCK_FILE && from.tree.get(path)?.blob !== to.tree.get(path)?.blob);
  const files: ChangedFile[] = [];
  let budget = MAX_TEXT_BYTES;
  for (const path of changed.slice(0, MAX_FILES)) {
    const size = (from.tree.get(path)?.sizeBytes ?? 0) + (to.tree.get(path)?.sizeBytes ?? 0);
    const file = await readChange(host, from, to, path, budget);
    if (file.hidden === null) budget -= size;
    files.push(file);
  }
  return { from: from.info, to: to.info, files, total: changed.length, packages: await comparePackages(host, from, to) };
}

type Side = { repository: string; info: CommitInfo; tree: Map<string, TreeEntry> };

async function openSide(ctx: CoreContext, host: SourceHost, projectName: string, name: string): Promise<Side> {
  const { repository, slug } = await requireProject(ctx, projectName);
  // A person's own project has no repository.
  const info = repository === "" ? null : await host.head(repository, name);
  if (!info) throw notFound("Commit", `${name.slice(0, 10)} of project ${slug}`);
  const tree = await host.readTree(repository, info.commit);
  return { repository, info, tree: new Map(tree.map((entry) => [entry.path, entry])) };
}

async function readChange(host: SourceHost, from: Side, to: Side, path: string, budget: number): Promise<ChangedFile> {
  const [old, current] = [from.tree.get(path), to.tree.get(path)];
  const change = old ? (current ? "changed" : "removed") : "added";
  const sizes = [old?.sizeBytes ?? 0, current?.sizeBytes ?? 0];
  if (sizes.some((size) => size > MAX_FILE_BYTES) || (sizes[0] ?? 0) + (sizes[1] ?? 0) > budget)
    return { path, change, before: null, after: null, hidden: "large" };
  const read = async (side: Side, entry: TreeEntry | undefined) => (entry ? await host.readFile(side.repository, side.info.commit, path) : null);
  const [before, after] = [await read(from, old), await read(to, current)];
  if ([before, after].some((content) => content?.includes(0))) return { path, change, before: null, after: null, hidden: "binary" };
  return { path, change, before: before?.toString("utf8") ?? null, after: after?.toString("utf8") ?? null, hidden: null };
}

async function comparePackages(host: SourceHost, from: Side, to: Side): Promise<PackageChange[]> {
  if (from.tree.get(LOCK_FILE)?.blob === to.tree.get(LOCK_FILE)?.blob) return [];
  const read = async (side: Side) =>
    side.tree.has(LOCK_FILE) ? ((await host.readFile(side.repository, side.info.commit, LOCK_FILE, MAX_LOCK_BYTES))?.toString("utf8") ?? "") : "";
  return changedPackages(await read(from), await read(to));
}
