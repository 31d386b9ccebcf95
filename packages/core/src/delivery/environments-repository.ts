import { environment } from "@trellis/db/schema";
import { asc } from "drizzle-orm";
import { SourceHostCapability } from "../catalog/ports.ts";
import { recordAuditEvent } from "../audit/index.ts";
import { authorize } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";

/** Git says what should run: a file a deployment, `<environment>/<deployment>.yaml`. */
export const ENVIRONMENTS_REPOSITORY = "platform/environments";
export const ENVIRONMENTS_BRANCH = "main";
export const PLATFORM_AUTHOR = { name: "Trellis", email: "trellis@localhost" };

/** The environments of a new portal, in the order of promotion. */
const DEFAULTS = [
  { name: "staging", position: 1, approvalsRequired: 0 },
  { name: "production", position: 2, approvalsRequired: 1 },
];

const README = `# Environments

What runs, and where: one file a deployment, \`<environment>/<deployment>.yaml\`.

Files change by change requests only: ask for a deployment in the portal or with \`trellis deploy\`. Once enough people have
agreed, the portal commits the change here and makes it so. Whoever may see all that is deployed can read this
repository; nobody can push to it.
`;

export type Environment = typeof environment.$inferSelect;

/** Makes the environments and their repository if they are not there. Safe to repeat; called at every start. */
export async function ensureEnvironmentsRepository(ctx: CoreContext): Promise<void> {
  await authorize(ctx, "platform.manage");
  await ctx.db.transaction(async (tx) => {
    for (const values of DEFAULTS) {
      const [made] = await tx
        .insert(environment)
        .values({ ...values, id: ctx.newId(), createdAt: ctx.now() })
        .onConflictDoNothing()
        .returning();
      if (made)
        await recordAuditEvent(tx, ctx, {
          action: "delivery.environment.create",
          subject: { kind: "environment", id: made.id, name: made.name },
          data: { approvalsRequired: made.approvalsRequired },
        });
    }
  });
  const host = ctx.resolve(SourceHostCapability);
  await host.createRepository(ENVIRONMENTS_REPOSITORY);
  if (await host.head(ENVIRONMENTS_REPOSITORY, ENVIRONMENTS_BRANCH)) return;
  await host.commit(ENVIRONMENTS_REPOSITORY, {
    branch: ENVIRONMENTS_BRANCH,
    message: "Begin the record of what runs where",
    author: PLATFORM_AUTHOR,
    changes: [{ path: "README.md", content: README }],
    key: "environments-readme",
  });
}

/** All environments in the order of promotion. */
export async function listEnvironments(ctx: CoreContext): Promise<Environment[]> {
  await authorize(ctx, "platform.read");
  return ctx.db.select().from(environment).orderBy(asc(environment.position), asc(environment.name)).limit(50);
}

/** A manifest as git has it now; text null when there is none. */
export async function readManifestText(ctx: CoreContext, path: string): Promise<{ head: string; text: string | null }> {
  const host = ctx.resolve(SourceHostCapability);
  let head = await host.head(ENVIRONMENTS_REPOSITORY, ENVIRONMENTS_BRANCH);
  if (!head) {
    await ensureEnvironmentsRepository(ctx);
    head = await host.head(ENVIRONMENTS_REPOSITORY, ENVIRONMENTS_BRANCH);
  }
  if (!head) throw new Error("The environments repository has no commit.");
  const content = await host.readFile(ENVIRONMENTS_REPOSITORY, head.commit, path);
  return { head: head.commit, text: content?.toString("utf8") ?? null };
}
