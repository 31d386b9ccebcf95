export { DagView } from "./dag-view.tsx";
export type { DagEdge, DagNode, DagViewProps } from "./dag-view.tsx";
export { dagLayout } from "./dag-layout.ts";
