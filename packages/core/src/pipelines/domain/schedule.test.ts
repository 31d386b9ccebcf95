import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScheduleTrigger } from "./pipeline-spec.ts";
import { dayIn, dueFires, MAX_CATCH_UP, nextFire, scheduleProblem } from "./schedule.ts";

const at = (text: string): Date => new Date(text);
const schedule = (change: Partial<ScheduleTrigger> = {}): ScheduleTrigger => ({
  kind: "schedule",
  cron: "0 6 * * *",
  timezone: "UTC",
  catchUp: "last",
  parameters: {},
  ...change,
});
const firesOf = (cron: string, timezone: string, from: string, count: number): string[] => {
  const fires: string[] = [];
  for (let next = nextFire({ cron, timezone }, at(from)); next && fires.length < count; next = nextFire({ cron, timezone }, next))
    fires.push(next.toISOString());
  return fires;
};

describe("nextFire", () => {
  it.each<[string, string, string, string, string[]]>([
    [
      "a daily time in the gap, just after it, once",
      "30 2 * * *",
      "Europe/Berlin",
      "2026-03-28T12:00Z",
      ["2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z"],
    ],
    ["a daily time that comes twice, once", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", ["2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"]],
    [
      "every half hour evenly through the end of summer time",
      "*/30 * * * *",
      "Europe/Berlin",
      "2026-10-24T23:59Z",
      ["2026-10-25T00:00:00.000Z", "2026-10-25T00:30:00.000Z", "2026-10-25T01:00:00.000Z", "2026-10-25T01:30:00.000Z"],
    ],
    [
      "every hour through the beginning of summer time",
      "0 * * * *",
      "Europe/Berlin",
      "2026-03-29T00:30Z",
      ["2026-03-29T01:00:00.000Z", "2026-03-29T02:00:00.000Z"],
    ],
    ["a time of the day in its own zone", "0 6 * * 1-5", "America/New_York", "2026-11-20T12:00Z", ["2026-11-23T11:00:00.000Z"]],
  ])("fires %s", (_, cron, timezone, from, expected) => expect(firesOf(cron, timezone, from, expected.length)).toEqual(expected));
});

describe("scheduleProblem", () => {
  it.each([
    ["* * *", "UTC", "cron"],
    ["* * * * * *", "UTC", "cron"],
    ["61 * * * *", "UTC", "cron"],
    ["0 0 31 2 *", "UTC", "cron"],
    ["0 6 * * *", "Mars/Olympus", "timezone"],
  ])("refuses %s in %s", (cron, timezone, field) => expect(scheduleProblem({ cron, timezone })?.field).toBe(field));
  it.each(["@daily", "0 6 * * 1-5", "0 0 29 2 *", "0 0 L * *"])("takes %s", (cron) => expect(scheduleProblem({ cron, timezone: "Europe/Berlin" })).toBeNull());
});

describe("dueFires", () => {
  it.each<[ScheduleTrigger["catchUp"], string, string[]]>([
    // Down for three days, back an hour after the last firing.
    ["skip", "2026-01-04T07:00Z", []],
    ["last", "2026-01-04T07:00Z", ["2026-01-04T06:00:00.000Z"]],
    ["all", "2026-01-04T07:00Z", ["2026-01-02T06:00:00.000Z", "2026-01-03T06:00:00.000Z", "2026-01-04T06:00:00.000Z"]],
    // Back just after it.
    ["skip", "2026-01-04T06:00:30Z", ["2026-01-04T06:00:00.000Z"]],
  ])("catches up by %s at %s", (catchUp, now, expected) => {
    const { fires, next } = dueFires(schedule({ catchUp }), at("2026-01-02T06:00Z"), at(now));
    expect([fires.map((fire) => fire.toISOString()), next?.toISOString()]).toEqual([expected, "2026-01-05T06:00:00.000Z"]);
  });

  it("never fires early or twice, and always waits for something later", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400_000 }), fc.constantFrom("skip", "last", "all"), (minutes, catchUp) => {
        const first = at("2026-03-28T00:30:00Z");
        const now = new Date(first.getTime() + minutes * 1_000);
        const { fires, next } = dueFires(schedule({ catchUp, cron: "*/30 * * * *", timezone: "Europe/Berlin" }), first, now);
        expect(fires.every((fire) => fire.getTime() <= now.getTime())).toBe(true);
        expect(new Set(fires.map(Number)).size).toBe(fires.length);
        expect(fires.length).toBeLessThanOrEqual(MAX_CATCH_UP);
        expect(next?.getTime()).toBeGreaterThan(now.getTime());
      }),
    );
  });
});

describe("dayIn", () => {
  it("is the day there, not here", () => {
    expect([dayIn("Pacific/Auckland", at("2026-03-28T20:00Z")), dayIn("UTC", at("2026-03-28T20:00Z"))]).toEqual(["2026-03-29", "2026-03-28"]);
  });
});
