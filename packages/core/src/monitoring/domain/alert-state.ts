import type { StateTable } from "../../kernel/state-machine.ts";

export type AlertStatus = "firing" | "acknowledged" | "resolved";

/** How an alert may move. */
export const ALERT_MOVES = {
  firing: ["acknowledged", "resolved"],
  acknowledged: ["resolved"],
  resolved: [],
} as const satisfies StateTable<AlertStatus>;
