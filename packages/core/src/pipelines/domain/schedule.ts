import { Cron } from "croner";
import type { ScheduleTrigger } from "./pipeline-spec.ts";

type Schedule = Pick<ScheduleTrigger, "cron" | "timezone">;

/** A firing that is at most this late is on time; a later one was missed. Milliseconds. */
export const ON_TIME_MS = 60_000;
/** Missed firings that are made up for at most, the newest. */
export const MAX_CATCH_UP = 100;

/** What is wrong with a schedule, as the end of a sentence, or null. */
export function scheduleProblem({ cron, timezone }: Schedule): { field: "cron" | "timezone"; message: string } | null {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch {
    return { field: "timezone", message: `there is no time zone ${timezone}; write one like Europe/Berlin or UTC` };
  }
  try {
    return nextFire({ cron, timezone }, new Date(0)) ? null : { field: "cron", message: `${cron} never comes` };
  } catch {
    return { field: "cron", message: `${cron} is no schedule; write five fields (minute hour day month weekday), e.g. 0 6 * * 1-5, or @daily` };
  }
}

/**
 * The first firing after a moment; null when none comes. In the night in which clocks go forward a time that does not exist
 * fires just after the gap; in the one in which they go back, a daily time fires once and an interval goes on evenly.
 */
export function nextFire({ cron, timezone }: Schedule, after: Date): Date | null {
  return new Cron(cron, { timezone, mode: "5-part" }).nextRun(after);
}

/**
 * What a schedule has to do now: the firings to start, oldest first, and the next one to wait for. `next` is the firing that
 * it waited for; what lies between it and now and is not on time was missed, and `catchUp` says what becomes of it.
 */
export function dueFires(schedule: ScheduleTrigger, next: Date, now: Date): { fires: Date[]; next: Date | null } {
  const due: Date[] = [];
  let coming: Date | null = next;
  while (coming && coming.getTime() <= now.getTime()) {
    due.push(coming);
    if (due.length > MAX_CATCH_UP) due.shift();
    coming = nextFire(schedule, coming);
  }
  const onTime = due.filter((fire) => now.getTime() - fire.getTime() <= ON_TIME_MS);
  return { fires: schedule.catchUp === "all" ? due : schedule.catchUp === "last" ? due.slice(-1) : onTime.slice(-1), next: coming };
}

/** The day of a moment in a time zone, e.g. `2026-03-29`. */
export function dayIn(timezone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: timezone, year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}
