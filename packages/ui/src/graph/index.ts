export { Gantt, GanttZoom } from "./gantt.tsx";
export type { GanttHandle, GanttProps } from "./gantt.tsx";
export { ganttLayout } from "./gantt-layout.ts";
export type { GanttLayout, GanttOptions } from "./gantt-layout.ts";
export type { GanttAttempt, GanttData, GanttLane, GanttSelection } from "./gantt-types.ts";
