import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@trellis/core/kernel/context.ts";
import { splitSlugPair } from "@trellis/core/kernel/slug.ts";
import type { GitUser, RefUpdate } from "./git-door-types.ts";

type OnPush = (repository: string, updates: RefUpdate[], user: GitUser) => Promise<void>;
type JournalOptions = { root: string; onPush: OnPush; log: Logger };

const NO_COMMIT = /^0+$/;

/**
 * The pushes of all repositories that the portal has not been told of yet: one file each, written by the post-receive hook
 * and removed once `onPush` has returned. So each push is told at least once, also when the portal dies in between.
 */
export class PushJournal {
  readonly #options: JournalOptions;
  readonly #tails = new Map<string, Promise<void>>();

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** The journal's folder of a repository, made when needed. */
  async open(repository: string): Promise<string> {
    const folder = this.#folder(repository);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** Tells of the repository's waiting pushes, oldest first, one delivery at a time. Never throws: failures wait and are logged. */
  deliver(repository: string): Promise<void> {
    const before = this.#tails.get(repository) ?? Promise.resolve();
    const tail = before
      .then(() => this.#deliverNow(repository))
      .catch((error: unknown) => {
        this.#options.log.error(
          { repository, error: String(error) },
          "A push could not be announced; it is announced again with the next one or at the next start.",
        );
      });
    this.#tails.set(repository, tail);
    void tail.then(() => {
      if (this.#tails.get(repository) === tail) this.#tails.delete(repository);
    });
    return tail;
  }

  /** Tells of everything that an earlier process left untold. */
  async deliverAll(): Promise<void> {
    for (const group of await listFolder(this.#options.root)) {
      for (const entry of await listFolder(join(this.#options.root, group))) {
        const repository = `${group}/${entry.replace(/\.git$/, "")}`;
        if (entry.endsWith(".git") && splitSlugPair(repository)) await this.deliver(repository);
      }
    }
  }

  async #deliverNow(repository: string): Promise<void> {
    const folder = this.#folder(repository);
    for (const file of await pushFiles(folder)) {
      const push = parsePush(await readFile(file, "utf8"));
      if (push) await this.#options.onPush(repository, push.updates, push.user);
      else this.#options.log.warn({ repository, file }, "An unreadable push record was dropped; the heads of the repository tell what happened.");
      await rm(file, { force: true });
    }
  }

  #folder(repository: string): string {
    return join(this.#options.root, `${repository}.git`, "trellis-pushes");
  }
}

/** Reads a record: the pusher as JSON, then git's lines `<before> <after> <ref>`. Null when it is not whole. */
export function parsePush(text: string): { user: GitUser; updates: RefUpdate[] } | null {
  const [first = "", ...lines] = text.trimEnd().split("\n");
  const user = parseUser(first);
  const updates: RefUpdate[] = [];
  for (const line of lines) {
    const [, before, after, ref] = /^([0-9a-f]{40}) ([0-9a-f]{40}) (refs\/.+)$/.exec(line) ?? [];
    if (before === undefined || after === undefined || ref === undefined) return null;
    updates.push({ ref, before: NO_COMMIT.test(before) ? null : before, after: NO_COMMIT.test(after) ? null : after });
  }
  return user && updates.length > 0 && text.endsWith("\n") ? { user, updates } : null;
}

function parseUser(json: string): GitUser | null {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null) return null;
    if (!("id" in value) || !("name" in value) || !("email" in value)) return null;
    return { id: String(value.id), name: String(value.name), email: String(value.email) };
  } catch {
    return null;
  }
}

async function pushFiles(folder: string): Promise<string[]> {
  const names = (await listFolder(folder)).filter((name) => name.startsWith("push-"));
  const files = await Promise.all(names.map(async (name) => ({ path: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })));
  return files.sort((left, right) => left.at - right.at || left.path.localeCompare(right.path)).map((file) => file.path);
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
