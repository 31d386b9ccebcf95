import fc from "fast-check";
import { expect, test } from "vitest";
import { formatAbsolute, formatBytes, formatDuration, formatNumber, formatRelative, shortenId } from "./format.ts";

test.each([
  [0, "0 ms"],
  [420, "420 ms"],
  [1500, "1.5 s"],
  [9999, "9.9 s"],
  [48_000, "48 s"],
  [59_999, "59 s"],
  [144_000, "2 min 24 s"],
  [3_600_000, "1 h 0 min"],
  [20_520_000, "5 h 42 min"],
  [86_400_000, "1 d"],
  [100_800_000, "1 d 4 h"],
  [Number.NaN, "–"],
])("%d ms is %s", (ms, words) => {
  expect(formatDuration(ms)).toBe(words);
});

test.each([
  [0, "0 B"],
  [640, "640 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [5800, "5.8 kB"],
  [38_200_000, "38.2 MB"],
  [999_950, "1.0 MB"],
  [412_000, "412 kB"],
])("%d bytes are %s", (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

test.each([
  [2_418_660, {}, "2,418,660"],
  [0.7131, {}, "0.7131"],
  [11.42, {}, "11.42"],
  [-0.9, {}, "−0.9"],
  [0.00001234, {}, "1.23E−5"],
  [2_418_660, { compact: true }, "2.4 M"],
  [0.5, { sign: true }, "+0.5"],
  [3, { digits: 2 }, "3.00"],
])("%d reads %s", (value, format, words) => {
  expect(formatNumber(value, format)).toBe(words);
});

test("times before and after now", () => {
  const now = Date.UTC(2026, 10, 24, 15, 4);
  expect(formatRelative(now - 3000, now)).toBe("just now");
  expect(formatRelative(now - 180_000, now)).toBe("3 min ago");
  expect(formatRelative(now + 7_200_000, now)).toBe("in 2 h");
  expect(formatRelative(now - 30 * 3_600_000, now)).toBe("yesterday");
  expect(formatRelative(now - 21 * 86_400_000, now)).toBe("3 wk ago");
  expect(formatRelative("never", now)).toBe("unknown time");
  expect(formatAbsolute(now)).toBe("2026-11-24 15:04:00 UTC");
});

test("any length of time has words with at most two units", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e13, noNaN: true }), (ms) => {
      expect(formatDuration(ms)).toMatch(/^[\d.]+ (?:ms|s|min|h|d)(?: \d+ (?:s|min|h))?$/);
    }),
  );
});

test("digests keep their head and tail, short ids stay whole", () => {
  expect(shortenId("sha256:3fa97c0000000000000012d4")).toBe("sha256:3fa97c…12d4");
  expect(shortenId("v7")).toBe("v7");
  expect(shortenId("4f9c1e2aa", 7)).toBe("4f9c1e2");
});
