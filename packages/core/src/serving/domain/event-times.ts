import { describeValue, parseMoment } from "./feature-value.ts";
import { invalidRequest } from "./inference-error.ts";

/** How far ahead of the portal's clock an event may lie: a day, for clocks and zones that are off. */
const AHEAD_MS = 86_400_000;

/**
 * When the rows of a request happened: `parameters.event_times` (one a row), else `parameters.event_time`, else the header,
 * else now. ISO 8601; without a zone it is UTC. Throws INVALID for anything else, and for a time more than a day ahead.
 */
export function eventTimesOf(parameters: unknown, header: string | undefined, rows: number, now: Date): Date[] {
  const given = typeof parameters === "object" && parameters !== null ? parameters : {};
  const each = "event_times" in given ? given.event_times : undefined;
  const one = "event_time" in given ? given.event_time : undefined;
  if (each !== undefined && each !== null) {
    if (!Array.isArray(each) || each.length !== rows) {
      throw invalidRequest(`parameters.event_times must be a list of ${rows} times, one a row, got ${describeValue(each)}.`);
    }
    return each.map((value, at) => read(value, `parameters.event_times, row ${at + 1} of ${rows}`, now));
  }
  if (one !== undefined && one !== null) return repeat(read(one, "parameters.event_time", now), rows);
  if (header !== undefined && header !== "") return repeat(read(header, "The header Trellis-Event-Time", now), rows);
  return repeat(now, rows);
}

function read(value: unknown, where: string, now: Date): Date {
  const moment = typeof value === "string" ? parseMoment(value) : null;
  if (!moment) throw invalidRequest(`${where}: expected an ISO 8601 time such as 2001-02-03T04:05:06Z, got ${describeValue(value)}.`);
  if (moment.getTime() > now.getTime() + AHEAD_MS) throw invalidRequest(`${where}: ${moment.toISOString()} lies in the future. An event must have happened.`);
  return moment;
}

function repeat(moment: Date, rows: number): Date[] {
  return Array.from({ length: rows }, () => moment);
}
