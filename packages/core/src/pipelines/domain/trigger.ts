import type { TRIGGER_KINDS } from "@trellis/db/schema";
import type { DriftTrigger, ParameterValue, TriggerSpec } from "./pipeline-spec.ts";

export type TriggerKind = (typeof TRIGGER_KINDS)[number];

/** Stands in a trigger's parameters for the day on which the alert's window ends. */
export const WINDOW_END = "$window_end";

/** Stands in a schedule's parameters for the day on which it fires, in its time zone. */
export const FIRE_DATE = "$date";

/** What tells a trigger from the others of its pipeline, e.g. `schedule 0 6 * * * Europe/Berlin`; it stays when other things of it change. */
export function triggerName(trigger: TriggerSpec): string {
  switch (trigger.kind) {
    case "drift":
      return `drift ${trigger.monitor}`;
    case "schedule":
      return `schedule ${trigger.cron} ${trigger.timezone}`;
    case "push":
      return `push ${trigger.branch}`;
    case "data":
      return `data ${trigger.dataset}`;
    case "pipeline":
      return `pipeline ${trigger.pipeline} ${trigger.on}`;
    case "webhook":
      return `webhook ${trigger.name}`;
  }
}

/** The placeholders that a trigger's parameters may use. */
export function placeholdersOf(trigger: TriggerSpec): string[] {
  if (trigger.kind === "drift") return [WINDOW_END];
  return trigger.kind === "schedule" ? [FIRE_DATE] : [];
}

/** The parameters with what stands for something of the firing put in. */
export function fillPlaceholders(parameters: Record<string, ParameterValue>, values: Record<string, ParameterValue>): Record<string, ParameterValue> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, typeof value === "string" && Object.hasOwn(values, value) ? (values[value] ?? value) : value]),
  );
}

/** The parameters of a run that a drift alert starts. `windowEnd` becomes an ISO day in UTC. */
export function triggerParameters(trigger: DriftTrigger, facts: { windowEnd: Date }): Record<string, ParameterValue> {
  return fillPlaceholders(trigger.parameters, { [WINDOW_END]: facts.windowEnd.toISOString().slice(0, 10) });
}

const AUTOMATIC: ReadonlySet<TriggerKind> = new Set(["drift", "schedule", "push", "data", "pipeline", "webhook"]);

/** True when no person asked for the run: its version may ask for its own deployment. */
export function isAutomatic(kind: TriggerKind): boolean {
  return AUTOMATIC.has(kind);
}
