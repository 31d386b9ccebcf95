import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { datesBetween, isDay, MAX_DATES } from "./date-range.ts";

describe("datesBetween", () => {
  it.each<[string, string, Parameters<typeof datesBetween>[2], string[]]>([
    ["2024-02-27", "2024-03-01", "day", ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01"]],
    ["2023-12-25", "2024-01-08", "week", ["2023-12-25", "2024-01-01", "2024-01-08"]],
    ["2024-01-31", "2024-04-30", "month", ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]],
    ["2024-01-02", "2024-01-01", "day", []],
  ])("from %s to %s by %s", (from, to, step, dates) => expect(datesBetween(from, to, step)).toEqual(dates));

  it("rises, holds only days that exist, and ends", () => {
    const day = fc.date({ min: new Date("1900-01-01"), max: new Date("2200-01-01"), noInvalidDate: true }).map((at) => at.toISOString().slice(0, 10));
    fc.assert(
      fc.property(day, day, fc.constantFrom("day", "week", "month"), (from, to, step) => {
        const dates = datesBetween(from, to, step);
        expect(dates.length).toBeLessThanOrEqual(MAX_DATES + 1);
        expect(dates.every(isDay)).toBe(true);
        expect(dates).toEqual(dates.toSorted());
        if (from <= to) expect(dates[0]).toBe(from);
      }),
    );
  });

  it.each(["2024-02-30", "2024-1-1", "", "2024-13-01", "24-01-01"])("knows that %j is no day", (text) => expect(isDay(text)).toBe(false));
});
