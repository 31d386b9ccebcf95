export { LogView } from "./log-view.tsx";
export type { LogViewProps } from "./log-view.tsx";
export { levelOf, searchLog } from "./log-model.ts";
export type { LogLevel, LogLine } from "./log-model.ts";
export { parseAnsi, stripAnsi } from "./ansi.ts";
