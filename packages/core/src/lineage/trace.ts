import { LINEAGE_KINDS } from "@trellis/db/schema";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { authorize, visibleProjects } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { describeNodes, type LineageNode } from "./describe-nodes.ts";
import type { LineageKind, LineageRef } from "./record-edge.ts";

export const traceInput = z.object({
  kind: z.enum(LINEAGE_KINDS),
  id: z.uuid(),
  /** `up` = what went into it, `down` = what it went into. */
  direction: z.enum(["up", "down", "both"]).default("both"),
  /** Edges between the start and the farthest thing. */
  maxDepth: z.number().int().min(1).max(30).default(10),
  /** Most edges to return. */
  limit: z.number().int().min(1).max(1_000).default(200),
});

export type Trace = {
  root: LineageRef;
  /** The root and all that was reached, with words and links for people; negative depth = upstream. */
  nodes: LineageNode[];
  edges: { from: LineageRef; to: LineageRef; relation: string }[];
  /** True when there is more than was asked for. */
  truncated: boolean;
};

type EdgeRow = { from_kind: LineageKind; from_id: string; to_kind: LineageKind; to_id: string; relation: string; depth: number };

/**
 * What made a thing (upstream: data, runs, versions before it) and what is affected if it changes (downstream), as far as the
 * actor may see the projects.
 */
export async function traceLineage(ctx: CoreContext, input: z.input<typeof traceInput>): Promise<Trace> {
  await authorize(ctx, "project.list");
  const query = traceInput.parse(input);
  const root: LineageRef = { kind: query.kind, id: query.id };
  const found: EdgeRow[] = [];
  let truncated = false;
  for (const direction of query.direction === "both" ? (["up", "down"] as const) : [query.direction]) {
    const rows = await walk(ctx, root, direction, query.maxDepth, query.limit + 1);
    truncated ||= rows.length > query.limit;
    found.push(...rows.slice(0, query.limit));
  }
  const depths = new Map<string, LineageRef & { depth: number }>([[keyOf(root), { ...root, depth: 0 }]]);
  for (const row of found) {
    const far: LineageRef = row.depth < 0 ? { kind: row.from_kind, id: row.from_id } : { kind: row.to_kind, id: row.to_id };
    if (!depths.has(keyOf(far))) depths.set(keyOf(far), { ...far, depth: row.depth });
  }
  const nodes = await describeNodes(ctx, [...depths.values()]);
  const named = new Set(nodes.map(keyOf));
  const edges = found
    .map((row) => ({ from: { kind: row.from_kind, id: row.from_id }, to: { kind: row.to_kind, id: row.to_id }, relation: row.relation }))
    .filter((edge) => named.has(keyOf(edge.from)) && named.has(keyOf(edge.to)));
  return { root, nodes, edges, truncated };
}

/** Edges by distance, nearest first. `union` drops what was met before at the same depth; the depth limit ends any circle. */
async function walk(ctx: CoreContext, root: LineageRef, direction: "up" | "down", maxDepth: number, limit: number): Promise<EdgeRow[]> {
  const up = direction === "up";
  const near = up ? sql`e.to_kind, e.to_id` : sql`e.from_kind, e.from_id`;
  const far = up ? sql`w.from_kind, w.from_id` : sql`w.to_kind, w.to_id`;
  const visible = visibleProjects(ctx) ?? sql`true`;
  const result = await ctx.db.execute<EdgeRow>(sql`
    with recursive seen as (
      select e.* from lineage_edge e where e.project_id in (select project.id from project where ${visible})
    ), w(from_kind, from_id, to_kind, to_id, relation, depth) as (
      select e.from_kind, e.from_id, e.to_kind, e.to_id, e.relation, 1 from seen e where (${near}) = (${root.kind}, ${root.id}::uuid)
      union
      select e.from_kind, e.from_id, e.to_kind, e.to_id, e.relation, w.depth + 1 from w join seen e on (${near}) = (${far}) where w.depth < ${maxDepth}
    )
    select from_kind, from_id, to_kind, to_id, relation, min(depth)::int as depth
    from w group by from_kind, from_id, to_kind, to_id, relation order by min(depth), from_id, to_id limit ${limit}`);
  return result.rows.map((row) => (up ? { ...row, depth: -row.depth } : row));
}

function keyOf(ref: LineageRef): string {
  return `${ref.kind}:${ref.id}`;
}
