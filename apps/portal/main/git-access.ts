import type { GitDoorOptions, GitUser } from "@trellis/api/git/git-door-types.ts";
import type { Authenticator } from "@trellis/auth";
import { requireProject } from "@trellis/core/catalog/index.ts";
import { mayReadManifests } from "@trellis/core/delivery/index.ts";
import { enqueueJob } from "@trellis/core/jobs/index.ts";
import { announce } from "@trellis/core/kernel/changes.ts";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { isCoreError } from "@trellis/core/kernel/errors.ts";
import { pipelinesPushed, pipelinesRegister } from "@trellis/core/pipelines/index.ts";

const ENVIRONMENTS = "platform/environments";
const ENVIRONMENTS_RULE = "platform/environments changes only through approved change requests.";
const ENVIRONMENTS_REMEDY = "Ask for a deployment on the model version's page, or with: trellis deploy";

type Grant = Awaited<ReturnType<GitDoorOptions["authorize"]>>;

/**
 * Who may clone and push what: projects by their members; the environments repository by everybody who may see all projects
 * that are deployed, and nobody to push.
 */
export function gitAccess(core: CoreContext, authenticator: Authenticator): Pick<GitDoorOptions, "authorize" | "protectedBranch" | "onPush"> {
  return {
    async authorize({ repository, operation, authorization }) {
      try {
        const actor = await authenticator.actorOf(new Headers(authorization ? { authorization } : {}));
        if (!actor) return { status: "unauthenticated", message: "Use any user name, and an access token of Trellis as the password." };
        const user = { id: actor.userId, name: actor.name, email: actor.email };
        if (repository === ENVIRONMENTS) return await judgeEnvironments({ ...core, actor }, operation, user);
        const slug = projectOf(repository);
        if (!slug) return { status: "not_found", message: `Repository ${repository} was not found.` };
        await requireProject({ ...core, actor }, slug, operation === "write" ? "project.write" : "project.read");
        return { status: "ok", user };
      } catch (error) {
        if (!isCoreError(error)) throw error;
        const statuses = { UNAUTHENTICATED: "unauthenticated", FORBIDDEN: "forbidden" } as const;
        return { status: statuses[error.code as keyof typeof statuses] ?? "not_found", message: error.message };
      }
    },

    async protectedBranch(repository) {
      if (repository !== ENVIRONMENTS) return null;
      return {
        branches: ["main"],
        rule: ENVIRONMENTS_RULE,
        remedy: ENVIRONMENTS_REMEDY,
      };
    },

    async onPush(repository, updates) {
      const slug = projectOf(repository);
      const heads = updates.flatMap(({ ref, after }) =>
        ref.startsWith("refs/heads/") && after ? [{ branch: ref.slice("refs/heads/".length), commit: after }] : [],
      );
      if (!slug || heads.length === 0) return;
      const project = await requireProject(core, slug);
      await core.db.transaction(async (tx) => {
        for (const { branch, commit } of heads) {
          const key = { key: `${project.id}:${branch}:${commit}` };
          if (branch === "main") await enqueueJob(tx, pipelinesRegister, { projectId: project.id, commit }, key);
          else await enqueueJob(tx, pipelinesPushed, { projectId: project.id, branch, commit }, key);
        }
        await announce(tx, `project:${project.id}`);
      });
    },
  };
}

async function judgeEnvironments(ctx: CoreContext, operation: "read" | "write", user: GitUser): Promise<Grant> {
  if (operation === "write") return { status: "forbidden", message: `${ENVIRONMENTS_RULE} ${ENVIRONMENTS_REMEDY}` };
  if (await mayReadManifests(ctx)) return { status: "ok", user };
  return { status: "forbidden", message: "This repository holds manifests of private projects that you are not in. Look at your deployments in the portal." };
}

function projectOf(repository: string): string | null {
  const [group, name] = repository.split("/");
  return group === "projects" && name ? name : null;
}
