import { type LINEAGE_KINDS, lineageEdge } from "@trellis/db/schema";
import type { CoreContext, Database, Transaction } from "../kernel/context.ts";

export type LineageKind = (typeof LINEAGE_KINDS)[number];
export type LineageRef = { kind: LineageKind; id: string };

export type LineageRelation = "scaffolded" | "trained_on" | "produced" | "registered_as" | "resumed_as" | "serves" | "answers_at" | "called_by" | "caused";

export type LineageEdge = {
  from: LineageRef;
  to: LineageRef;
  relation: LineageRelation;
  projectId: string;
};

/** Writes down that one thing went into another, in the transaction of the fact itself. The same edge twice is one. */
export async function recordEdge(tx: Database | Transaction, ctx: CoreContext, edge: LineageEdge): Promise<void> {
  await tx
    .insert(lineageEdge)
    .values({
      fromKind: edge.from.kind,
      fromId: edge.from.id,
      toKind: edge.to.kind,
      toId: edge.to.id,
      relation: edge.relation,
      projectId: edge.projectId,
      createdAt: ctx.now(),
    })
    .onConflictDoNothing();
}
