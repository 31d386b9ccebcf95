import { describe, expect, it } from "vitest";
import type { ColumnDrift } from "./column-drift.ts";
import { alertSummary, columnFinding, dayWords, numberWords, unitWords } from "./finding.ts";

const NOW = new Date("2001-03-01T00:00:00Z");
const SINCE = new Date("2001-02-12T00:00:00Z");
const measured = (name: string, value: number) => ({ name, method: "psi" as const, value, threshold: 0.2 });
const WEEK = 604_800;

describe("an alert's summary", () => {
  it("names the column, the day, the measure, the limit and the windows", () => {
    expect(alertSummary({ columns: [measured("origin_delay_prev_day", 0.3123)], since: SINCE, drifted: 2, of: 3, windowSeconds: WEEK, now: NOW })).toBe(
      "origin_delay_prev_day has drifted since 12 February: PSI 0.312, limit 0.2; 2 of the last 3 weeks",
    );
  });

  it("names two columns, and counts the rest of many", () => {
    const columns = ["a", "b", "c", "d"].map((name) => measured(name, 0.5));
    expect(alertSummary({ columns: columns.slice(0, 2), since: SINCE, drifted: 1, of: 1, windowSeconds: 86_400, now: NOW })).toBe(
      "a and b have drifted since 12 February: a most, PSI 0.5, limit 0.2; the last day",
    );
    expect(alertSummary({ columns, since: SINCE, drifted: 3, of: 3, windowSeconds: WEEK, now: new Date("2026-01-01") })).toBe(
      "a, b and 2 more have drifted since 12 February 2001: a most, PSI 0.5, limit 0.2; 3 of the last 3 weeks",
    );
  });
});

describe("words", () => {
  it("for numbers are short", () => {
    expect([0.31234, 12, 1234.5, 0, 0.00001234].map(numberWords)).toEqual(["0.312", "12", "1230", "0", "1.2e-5"]);
  });

  it("for windows take the largest unit", () => {
    expect([unitWords(604_800, 3), unitWords(86_400, 1), unitWords(3_600, 24), unitWords(129_600, 2), unitWords(1_209_600, 2)]).toEqual([
      "3 weeks",
      "day",
      "24 hours",
      "2 windows of 36 hours",
      "2 windows of 2 weeks",
    ]);
  });

  it("for days are in UTC", () => {
    expect(dayWords(new Date("2001-02-12T23:59:59Z"), NOW)).toBe("12 February");
  });
});

describe("a column's finding", () => {
  const column: ColumnDrift = {
    name: "delay",
    kind: "numeric",
    verdict: "drifted",
    method: "psi",
    value: 0.31,
    threshold: 0.2,
    noiseFloor: 0.02,
    missingShare: { reference: 0, current: 0 },
    newCategories: [],
    bins: [
      { label: "≤ 10", reference: 0.9, current: 0.6 },
      { label: "> 10", reference: 0.1, current: 0.4 },
    ],
    message: null,
  };

  it("says what changed most", () => {
    expect(columnFinding(column)).toBe("PSI 0.31, limit 0.2; the share of ≤ 10 went from 90 % to 60 %.");
  });

  it("says that it is nothing unusual when the noise floor is higher", () => {
    expect(columnFinding({ ...column, verdict: "stable", noiseFloor: 0.4, bins: [] })).toBe("PSI 0.31 is over the limit 0.2, but 0.4 is usual without drift.");
  });

  it("says that it is under the limit, and adds the remark", () => {
    expect(columnFinding({ ...column, verdict: "stable", value: 0.05, bins: [], message: "7 % of the values are missing, 1 % in the reference." })).toBe(
      "PSI 0.05 is under the limit 0.2. 7 % of the values are missing, 1 % in the reference.",
    );
  });

  it("gives the reason when there is no value", () => {
    expect(columnFinding({ ...column, value: null, verdict: "insufficient", message: "The window has 8 rows; at least 50 are needed." })).toBe(
      "The window has 8 rows; at least 50 are needed.",
    );
  });
});
