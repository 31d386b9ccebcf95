export { DiffView } from "./diff-view.tsx";
export type { DiffMode, DiffViewProps } from "./diff-view.tsx";
export { diffStats } from "./diff-model.ts";
