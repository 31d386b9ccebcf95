export { type LineageNode } from "./describe-nodes.ts";
export { type LineageEdge, type LineageKind, type LineageRef, recordEdge } from "./record-edge.ts";
export { type Trace, traceBoth, traceDownstream, traceInput, traceUpstream } from "./trace.ts";
