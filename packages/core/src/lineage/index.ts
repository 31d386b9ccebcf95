export { type LineageNode } from "./describe-nodes.ts";
export { templateLineageId } from "./template-id.ts";
export { type LineageEdge, type LineageKind, type LineageRef, type LineageRelation, recordEdge } from "./record-edge.ts";
export { type Trace, traceInput, traceLineage } from "./trace.ts";
