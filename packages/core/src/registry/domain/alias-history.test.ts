import { describe, expect, it } from "vitest";
import { aliasIntervals } from "./alias-history.ts";

const at = (day: number): Date => new Date(Date.UTC(2026, 10, day));
const move = (day: number, alias: string, fromVersion: number | null, toVersion: number | null) => ({
  alias,
  fromVersion,
  toVersion,
  actorName: `by ${day}`,
  reason: "",
  at: at(day),
});

describe("aliasIntervals", () => {
  it("gives each version its time, newest first, and closes it at the next move or when the alias is taken away", () => {
    const intervals = aliasIntervals([
      move(1, "champion", null, 1),
      move(5, "champion", 1, 2),
      move(6, "challenger", null, 3),
      move(7, "champion", 2, null),
      move(9, "champion", null, 4),
    ]);
    expect(intervals.map(({ alias, version, from, until }) => [alias, version, from.getUTCDate(), until?.getUTCDate() ?? null])).toEqual([
      ["champion", 4, 9, null],
      ["challenger", 3, 6, null],
      ["champion", 2, 5, 7],
      ["champion", 1, 1, 5],
    ]);
    expect(intervals[2]?.movedBy).toBe("by 5");
  });
});
