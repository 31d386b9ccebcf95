import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerRange } from "./byte-range.ts";

describe("answerRange", () => {
  it.each([
    [undefined, 200, null],
    ["bytes=0-3", 206, { start: 0, end: 3 }],
    ["bytes=4-", 206, { start: 4, end: 9 }],
    ["bytes=-3", 206, { start: 7, end: 9 }],
    ["bytes=-30", 206, { start: 0, end: 9 }],
    ["bytes=8-100", 206, { start: 8, end: 9 }],
    ["bytes=10-", 416, undefined],
    ["bytes=-0", 416, undefined],
    ["bytes=5-4", 200, null],
    ["bytes=-", 200, null],
    ["bytes=0-1,3-4", 200, null],
    ["lines=1-2", 200, null],
    ["nonsense", 200, null],
  ])("answers %s of ten bytes with %i", (header, status, range) => {
    const answer = answerRange(header, 10);
    expect(answer.status).toBe(status);
    expect("range" in answer ? answer.range : undefined).toEqual(range);
  });

  it("has nothing to give of an empty file", () => {
    expect(answerRange("bytes=0-", 0)).toEqual({ status: 416, headers: { "content-range": "bytes */0" } });
    expect(answerRange(undefined, 0)).toMatchObject({ status: 200, headers: { "content-length": "0" } });
  });

  it("never gives what is not in the file, and tells the length that it gives", () => {
    fc.assert(
      fc.property(fc.option(fc.nat(20)), fc.option(fc.nat(20)), fc.nat(15), (from, to, size) => {
        const answer = answerRange(`bytes=${from ?? ""}-${to ?? ""}`, size);
        if (answer.status !== 206 || !answer.range) return;
        const { start, end } = answer.range;
        expect(start >= 0 && start <= end && end < size).toBe(true);
        expect(answer.headers["content-length"]).toBe(String(end - start + 1));
      }),
    );
  });
});
