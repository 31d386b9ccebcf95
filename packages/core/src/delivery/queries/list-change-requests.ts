import { CHANGE_REQUEST_STATUSES, changeRequest, project } from "@trellis/db/schema";
import { and, eq, exists, ilike, inArray, isNull, lt, ne, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { requireProject } from "../../catalog/index.ts";
import { authorize, roleAtLeast, visibleProjects } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { type ChangeRequestRow, selectChangeRequestRows } from "./change-request-rows.ts";

export const listChangeRequestsInput = z.object({
  status: z.array(z.enum(CHANGE_REQUEST_STATUSES)).max(8).optional(),
  /** `waiting`: open and the actor may decide. `asked`: by the actor. */
  box: z.enum(["waiting", "asked"]).optional(),
  /** Id or name. */
  project: z.string().max(200).optional(),
  /** Name of a deployment. */
  deployment: z.string().max(200).optional(),
  search: z.string().trim().max(100).optional(),
  cursor: z.string().max(40).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});

export type ChangeRequestPage = {
  items: ChangeRequestRow[];
  nextCursor: string | null;
  counts: { waiting: number; asked: number; open: number; decided: number };
};

/** Change requests of projects that the actor may see, newest first, with the numbers of the inbox. */
export async function listChangeRequests(ctx: CoreContext, input: z.input<typeof listChangeRequestsInput> = {}): Promise<ChangeRequestPage> {
  await authorize(ctx, "project.list");
  const query = listChangeRequestsInput.parse(input);
  const projectId = query.project === undefined ? undefined : (await requireProject(ctx, query.project)).id;
  const scope = projectId ? eq(changeRequest.projectId, projectId) : undefined;
  const condition = and(
    isVisible(ctx),
    scope,
    query.status ? inArray(changeRequest.status, query.status) : undefined,
    query.box ? boxCondition(ctx, query.box) : undefined,
    query.deployment ? eq(changeRequest.deploymentName, query.deployment) : undefined,
    query.search ? searchCondition(query.search) : undefined,
    query.cursor ? lt(changeRequest.number, readCursor(query.cursor)) : undefined,
  );
  const rows = await selectChangeRequestRows(ctx, condition, query.limit + 1);
  const items = rows.slice(0, query.limit);
  return { items, nextCursor: rows.length > query.limit ? String(items.at(-1)?.number ?? "") : null, counts: await countRequests(ctx, scope) };
}

/** How many requests wait for the actor's decision, and how many of the actor's own are open. */
export async function approvalCounts(ctx: CoreContext): Promise<{ waiting: number; asked: number }> {
  await authorize(ctx, "project.list");
  const { waiting, asked } = await countRequests(ctx, undefined);
  return { waiting, asked };
}

async function countRequests(ctx: CoreContext, scope: SQL | undefined): Promise<ChangeRequestPage["counts"]> {
  const count = (condition: SQL | undefined) => sql<number>`count(*) filter (where ${condition ?? sql`true`})::int`;
  const [row] = await ctx.db
    .select({
      waiting: count(boxCondition(ctx, "waiting")),
      asked: count(and(boxCondition(ctx, "asked"), inArray(changeRequest.status, ["open", "approved", "committed"]))),
      open: count(eq(changeRequest.status, "open")),
      decided: count(ne(changeRequest.status, "open")),
    })
    .from(changeRequest)
    .where(and(isVisible(ctx), scope));
  return row ?? { waiting: 0, asked: 0, open: 0, decided: 0 };
}

/** Condition that keeps requests to projects which the actor may see. */
export function isVisible(ctx: CoreContext): SQL {
  const seen = ctx.db
    .select({ one: sql`1` })
    .from(project)
    .where(and(eq(project.id, changeRequest.projectId), isNull(project.archivedAt), visibleProjects(ctx)));
  return exists(seen);
}

function boxCondition(ctx: CoreContext, box: "waiting" | "asked"): SQL {
  const { actor } = ctx;
  if (actor.kind !== "user") return sql`false`;
  if (box === "asked") return eq(changeRequest.authorId, actor.userId);
  if (!roleAtLeast(actor.role, "approver")) return sql`false`;
  return sql`(${changeRequest.status} = 'open' and ${changeRequest.authorId} is distinct from ${actor.userId})`;
}

function searchCondition(search: string): SQL | undefined {
  const number = /^(?:cr-?)?(\d{1,9})$/i.exec(search)?.[1];
  const pattern = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return or(
    number ? eq(changeRequest.number, Number(number)) : undefined,
    ilike(changeRequest.deploymentName, pattern),
    ilike(changeRequest.authorName, pattern),
    ilike(changeRequest.reason, pattern),
  );
}

function readCursor(cursor: string): number {
  if (!/^\d{1,9}$/.test(cursor)) throw new CoreError("INVALID", "The cursor is not one that a page of this list gave.");
  return Number(cursor);
}
