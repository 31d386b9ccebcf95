import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { CoreError, notFound } from "../../kernel/errors.ts";
import type { CommitInfo, CommitRequest, RepositoryName, SourceHost } from "../ports.ts";

type Commit = CommitInfo & { files: Map<string, Buffer>; key: string };

/** A source host for tests: commits in memory, one line of history a branch. */
export class MemorySourceHost implements SourceHost {
  readonly #repositories = new Map<RepositoryName, { commits: Commit[]; heads: Map<string, string> }>();

  async createRepository(name: RepositoryName) {
    if (!this.#repositories.has(name)) this.#repositories.set(name, { commits: [], heads: new Map() });
  }

  /** A commit on main that adds these files to what is there; returns its id. */
  async push(name: RepositoryName, files: Record<string, string | null>): Promise<string> {
    await this.createRepository(name);
    const changes = Object.entries(files).map(([file, content]) => ({ path: file, content }));
    const { commit } = await this.commit(name, {
      branch: "main",
      message: "Change",
      author: { name: "Ada", email: "ada@example.com" },
      changes,
      key: `key ${Math.random()}`,
    });
    return commit;
  }

  async head(name: RepositoryName, ref: string) {
    const repository = this.#open(name);
    return repository.commits.find((commit) => commit.commit === (repository.heads.get(ref) ?? ref)) ?? null;
  }

  async readTree(name: RepositoryName, commit: string) {
    return [...this.#files(name, commit)].map(([file, content]) => ({
      path: file,
      sizeBytes: content.length,
      executable: false,
      blob: createHash("sha1").update(content).digest("hex"),
    }));
  }

  async readFile(name: RepositoryName, commit: string, file: string) {
    return this.#files(name, commit).get(file) ?? null;
  }

  async commit(name: RepositoryName, request: CommitRequest) {
    const repository = this.#open(name);
    const known = repository.commits.find((commit) => commit.key === request.key);
    if (known) return { commit: known.commit, created: false };
    const head = repository.heads.get(request.branch);
    if (request.expectedHead !== undefined && request.expectedHead !== (head ?? null)) throw new CoreError("CONFLICT", `${request.branch} has moved on.`);
    const files = new Map(repository.commits.find((commit) => commit.commit === head)?.files ?? []);
    for (const change of request.changes) {
      if (change.content === null) files.delete(change.path);
      else files.set(change.path, Buffer.from(change.content));
    }
    const commit = createHash("sha1").update(`${name} ${repository.commits.length}`).digest("hex");
    repository.commits.push({
      commit,
      message: request.message,
      authorName: request.author.name,
      authorEmail: request.author.email,
      at: new Date(0),
      files,
      key: request.key,
    });
    repository.heads.set(request.branch, commit);
    return { commit, created: true };
  }

  async checkout(name: RepositoryName, commit: string, folder: string) {
    for (const [file, content] of this.#files(name, commit)) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), content);
    }
  }

  #open(name: RepositoryName) {
    const repository = this.#repositories.get(name);
    if (!repository) throw notFound("Repository", name);
    return repository;
  }

  #files(name: RepositoryName, commit: string): Map<string, Buffer> {
    const found = this.#open(name).commits.find((candidate) => candidate.commit === commit);
    if (!found) throw notFound("Commit", commit);
    return found.files;
  }
}
