import { alert, changeRequest, deployment, modelVersion, project, run, user } from "@trellis/db/schema";
import { and, count, desc, eq, inArray, isNull, lt, or, type SQL } from "drizzle-orm";
import { z } from "zod";
import { authorize, visibleProjects } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import { requireAlert } from "../change-alert.ts";

export const listAlertsInput = z.object({
  status: z
    .array(z.enum(["firing", "acknowledged", "resolved"]))
    .max(3)
    .optional(),
  projectId: z.uuid().optional(),
  deploymentId: z.uuid().optional(),
  cursor: z.string().max(100).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});

export type AlertDetail = {
  id: string;
  status: "firing" | "acknowledged" | "resolved";
  summary: string;
  columns: string[];
  since: Date;
  windowEnd: Date;
  openedAt: Date;
  resolvedAt: Date | null;
  acknowledgedBy: { id: string; name: string } | null;
  reportId: string;
  deployment: { id: string; name: string };
  project: { id: string; slug: string; title: string };
  version: { id: string; version: number };
  /** The run that it has started. */
  run: { id: string; number: number; status: string } | null;
  /** What that run has asked for. */
  changeRequest: { number: number; status: string } | null;
};

/** Alerts of projects that the actor may see, the newest first, page by page. */
export async function listAlerts(ctx: CoreContext, input: z.input<typeof listAlertsInput> = {}): Promise<{ items: AlertDetail[]; nextCursor: string | null }> {
  await authorize(ctx, "project.list");
  const { status, projectId, deploymentId, cursor, limit } = listAlertsInput.parse(input);
  const rows = await selectAlerts(
    ctx,
    and(
      visibleProjects(ctx),
      isNull(project.archivedAt),
      status && status.length > 0 ? inArray(alert.status, status) : undefined,
      projectId ? eq(alert.projectId, projectId) : undefined,
      deploymentId ? eq(alert.deploymentId, deploymentId) : undefined,
      afterCursor(cursor),
    ),
    limit + 1,
  );
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? `${last.openedAt.getTime()}.${last.id}` : null };
}

export const getAlertInput = z.object({ alertId: z.uuid() });

/** One alert with what came of it. */
export async function getAlert(ctx: CoreContext, input: z.infer<typeof getAlertInput>): Promise<AlertDetail> {
  await requireAlert(ctx, input.alertId);
  const [row] = await selectAlerts(ctx, eq(alert.id, input.alertId), 1);
  if (!row) throw notFound("Alert", input.alertId);
  return row;
}

/** How many alerts are open in projects that the actor may see. */
export async function countOpenAlerts(ctx: CoreContext): Promise<number> {
  await authorize(ctx, "project.list");
  const [row] = await ctx.db
    .select({ open: count() })
    .from(alert)
    .innerJoin(project, eq(project.id, alert.projectId))
    .where(and(inArray(alert.status, ["firing", "acknowledged"]), isNull(project.archivedAt), visibleProjects(ctx)));
  return row?.open ?? 0;
}

async function selectAlerts(ctx: CoreContext, where: SQL | undefined, limit: number): Promise<AlertDetail[]> {
  const rows = await ctx.db
    .select({
      alert,
      deployment: { id: deployment.id, name: deployment.name },
      project: { id: project.id, slug: project.slug, title: project.title },
      version: { id: modelVersion.id, version: modelVersion.version },
      run: { id: run.id, number: run.number, status: run.status },
      changeRequest: { number: changeRequest.number, status: changeRequest.status },
      acknowledgedBy: { id: user.id, name: user.name },
    })
    .from(alert)
    .innerJoin(deployment, eq(deployment.id, alert.deploymentId))
    .innerJoin(project, eq(project.id, alert.projectId))
    .innerJoin(modelVersion, eq(modelVersion.id, alert.versionId))
    .leftJoin(run, eq(run.id, alert.runId))
    .leftJoin(changeRequest, eq(changeRequest.openedByRunId, alert.runId))
    .leftJoin(user, eq(user.id, alert.acknowledgedBy))
    .where(where)
    .orderBy(desc(alert.openedAt), desc(alert.id))
    .limit(limit);
  return rows.map(({ alert: row, ...related }) => ({
    id: row.id,
    status: row.status,
    summary: row.summary,
    columns: row.columns,
    since: row.since,
    windowEnd: row.windowEnd,
    openedAt: row.openedAt,
    resolvedAt: row.resolvedAt,
    reportId: row.reportId,
    ...related,
  }));
}

function afterCursor(cursor: string | undefined): SQL | undefined {
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(cursor ?? "");
  if (!match?.[1] || !match[2]) return undefined;
  const at = new Date(Number(match[1]));
  return or(lt(alert.openedAt, at), and(eq(alert.openedAt, at), lt(alert.id, match[2])));
}
