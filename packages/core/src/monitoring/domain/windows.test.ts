import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstAnchor, isComplete, QUIET_MS, windowAt, windowOf } from "./windows.ts";

const moments = fc.date({ min: new Date("1990-01-01"), max: new Date("2040-01-01"), noInvalidDate: true });
const lengths = fc.integer({ min: 60, max: 90 * 86_400 });

describe("tumbling windows", () => {
  it("hold their moment, lie end to end and begin at the anchor's day", () => {
    fc.assert(
      fc.property(moments, moments, lengths, (first, moment, seconds) => {
        const anchor = firstAnchor(first);
        const window = windowAt(anchor, seconds, moment);
        expect(window.start <= moment && moment < window.end).toBe(true);
        expect(window.end.getTime() - window.start.getTime()).toBe(seconds * 1000);
        expect(windowAt(anchor, seconds, window.end).start).toEqual(window.end);
        expect(windowAt(anchor, seconds, new Date(window.start.getTime() - 1)).end).toEqual(window.start);
      }),
    );
  });

  it("stay where they are when the anchor is any window's start", () => {
    fc.assert(
      fc.property(moments, moments, lengths, fc.integer({ min: -50, max: 50 }), (first, moment, seconds, index) => {
        const anchor = firstAnchor(first);
        const other = windowOf(anchor, seconds, index).start;
        expect(windowAt(other, seconds, moment)).toEqual(windowAt(anchor, seconds, moment));
      }),
    );
  });

  it("of a week begin on the day of the first row", () => {
    const anchor = firstAnchor(new Date("2001-02-01T13:20:00Z"));
    expect(windowAt(anchor, 7 * 86_400, new Date("2001-02-08T00:00:00Z")).start.toISOString()).toBe("2001-02-08T00:00:00.000Z");
    expect(windowAt(anchor, 7 * 86_400, new Date("2001-02-07T23:59:59Z")).start.toISOString()).toBe("2001-02-01T00:00:00.000Z");
  });
});

describe("a window is complete", () => {
  const window = { start: new Date("2001-02-01"), end: new Date("2001-02-08") };
  const loggedAt = new Date("2026-11-24T10:00:00Z");
  const quiet = new Date(loggedAt.getTime() + QUIET_MS);
  const rows = { hasPrevious: true, hasNext: false, firstRow: window.start, lastRow: new Date("2001-02-07T20:00:00Z"), lastLoggedAt: loggedAt };

  it("when the next one has rows", () => {
    expect(isComplete(window, { ...rows, hasNext: true }, loggedAt)).toBe(true);
  });

  it("not while rows of it may still be coming, however old they are", () => {
    expect(isComplete(window, rows, new Date(quiet.getTime() - 1))).toBe(false);
  });

  it("when it lies in the past and nothing has come for a while", () => {
    expect(isComplete(window, rows, quiet)).toBe(true);
  });

  it("not before its end by the clock, however quiet it is", () => {
    const today = { start: new Date("2026-11-24"), end: new Date("2026-11-25") };
    expect(isComplete(today, { ...rows, lastRow: null }, new Date("2026-11-24T23:00:00Z"))).toBe(false);
  });

  it("not when traffic begins or ends inside it", () => {
    const late = new Date("2001-02-03");
    expect(isComplete(window, { ...rows, hasPrevious: false, hasNext: true, firstRow: late }, loggedAt)).toBe(false);
    expect(isComplete(window, { ...rows, hasNext: true, firstRow: late }, loggedAt)).toBe(true);
    expect(isComplete(window, { ...rows, lastRow: late }, quiet)).toBe(false);
    expect(isComplete(window, { ...rows, hasNext: true, lastRow: late }, quiet)).toBe(true);
  });

  it("when its rows were not noted one by one", () => {
    expect(isComplete(window, { ...rows, hasPrevious: false, hasNext: true, firstRow: null, lastRow: null }, loggedAt)).toBe(true);
  });
});
