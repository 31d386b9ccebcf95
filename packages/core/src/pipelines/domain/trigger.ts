import type { TRIGGER_KINDS } from "@trellis/db/schema";
import type { ParameterValue, TriggerSpec } from "./pipeline-spec.ts";

export type TriggerKind = (typeof TRIGGER_KINDS)[number];

/** Stands in a trigger's parameters for the day on which the alert's window ends. */
export const WINDOW_END = "$window_end";

/** The parameters of a run that a drift alert starts. `windowEnd` becomes an ISO day in UTC. */
export function triggerParameters(trigger: TriggerSpec, facts: { windowEnd: Date }): Record<string, ParameterValue> {
  const day = facts.windowEnd.toISOString().slice(0, 10);
  return Object.fromEntries(Object.entries(trigger.parameters).map(([name, value]) => [name, value === WINDOW_END ? day : value]));
}

/** True when no person asked for the run: its version may ask for its own deployment. */
export function isAutomatic(kind: TriggerKind): boolean {
  return kind === "drift" || kind === "schedule" || kind === "push" || kind === "data";
}
