import { type FileChange, type SourceHost, SourceHostCapability } from "../../catalog/ports.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { loadTemplate } from "../templates.ts";
import { renderTemplate } from "../render-template.ts";
import type { Action } from "./action.ts";
import { repositoryName } from "./create-repository.ts";

const BRANCH = "main";

/** Commits the files as the person. The task's id is the commit's key, so that a repeat finds its own commit. */
export const pushCommit: Action = {
  action: "push-commit",
  async run({ ctx, task, renderInput, done, say }) {
    const template = await loadTemplate(ctx, task.template);
    const tree = await renderTemplate(ctx, template, renderInput);
    if (tree.digest !== done.get("render")?.["digest"]) await say("The template has changed since the files were rendered; they are rendered anew.");
    const host = ctx.resolve(SourceHostCapability);
    const repository = repositoryName(task.slug);
    const changes: FileChange[] = tree.files.map(({ path, content, executable }) => ({ path, content, executable }));
    const request = {
      branch: BRANCH,
      message: `Create ${task.slug} from ${template.name} ${template.manifest.version}`,
      author: renderInput.author,
      key: task.id,
    };
    const pushed = await host.commit(repository, { ...request, changes, expectedHead: null }).catch(async (error: unknown) => {
      if (!isCoreError(error) || error.code !== "CONFLICT") throw error;
      await say("The repository has files of an earlier attempt that made no project; they are replaced.");
      return replaceLeftovers(host, repository, { ...request, changes });
    });
    await say(`Commit ${pushed.commit.slice(0, 8)} on ${BRANCH} by ${renderInput.author.name}`);
    return { commit: pushed.commit, digest: tree.digest, files: tree.files.length };
  },
};

type Request = Omit<Parameters<SourceHost["commit"]>[1], "expectedHead">;

/** A cancelled task may have left a repository under the name. No project has it, so the new files take its place. */
async function replaceLeftovers(host: SourceHost, repository: string, request: Request): Promise<{ commit: string }> {
  const head = await host.head(repository, request.branch);
  if (!head) return host.commit(repository, { ...request, expectedHead: null });
  const wanted = new Set(request.changes.map(({ path }) => path));
  const removed = (await host.readTree(repository, head.commit))
    .filter(({ path }) => !wanted.has(path))
    .map(({ path }): FileChange => ({ path, content: null }));
  return host.commit(repository, { ...request, changes: [...removed, ...request.changes], expectedHead: head.commit });
}
