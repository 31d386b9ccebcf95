import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filesDigest } from "./files-digest.ts";
import { MAX_LINE_BYTES, parseMetrics, parseParams, parseProgress } from "./step-outputs.ts";

const now = new Date("2026-01-01T00:00:00Z");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("parseMetrics", () => {
  it("reads whole lines, leaves half a line for later and reports bad ones", () => {
    const text = '{"key":"auc","value":0.7,"step":3,"time":1700000000.5}\nnonsense\n{"key":"loss","value":"x"}\n\n{"key":"auc","val';
    const read = parseMetrics(bytes(text), 100, { final: false, now });
    expect(read.points).toEqual([{ key: "auc", value: 0.7, step: 3, at: new Date(1_700_000_000_500) }]);
    expect(read.faults.map((fault) => fault.message)).toEqual(["not a JSON object: nonsense", "loss: value must be a finite number"]);
    expect(read.nextOffset).toBe(100 + text.lastIndexOf("\n") + 1);
  });

  it("takes the last line without a newline once the step has ended", () => {
    expect(parseMetrics(bytes('{"key":"a","value":1}'), 0, { final: true, now }).points).toEqual([{ key: "a", value: 1, step: 0, at: now }]);
    expect(parseMetrics(bytes('{"key":"a","va'), 0, { final: true, now })).toMatchObject({ points: [], faults: [{ offset: 0 }] });
  });

  it("gives up on a line without end", () => {
    const read = parseMetrics(bytes("x".repeat(MAX_LINE_BYTES + 1)), 0, { final: false, now });
    expect(read).toMatchObject({ points: [], faults: [{ message: "the line is longer than 64 KiB" }], nextOffset: MAX_LINE_BYTES + 1 });
  });

  it("gives the same points wherever the file is cut while it grows", () => {
    const line = fc.oneof(
      fc
        .record({ key: fc.string({ minLength: 1, maxLength: 5 }), value: fc.double({ noNaN: true, noDefaultInfinity: true }), step: fc.integer() })
        .map((report) => JSON.stringify(report)),
      fc.string({ maxLength: 10 }).map((text) => text.replaceAll("\n", "")),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.array(fc.nat({ max: 400 }), { maxLength: 6 }), (lines, cuts) => {
        const whole = bytes(lines.join("\n"));
        const points = [];
        let offset = 0;
        for (const cut of [...cuts.map((at) => Math.min(at, whole.length)).toSorted((a, b) => a - b), whole.length]) {
          const read = parseMetrics(whole.subarray(offset, cut), offset, { final: cut === whole.length, now });
          points.push(...read.points);
          offset = read.nextOffset;
        }
        expect(points).toEqual(parseMetrics(whole, 0, { final: true, now }).points);
      }),
    );
  });
});

describe("parseParams and parseProgress", () => {
  it("keep scalars and tell of the rest", () => {
    expect(parseParams('{"depth":6,"fast":true,"note":null,"list":[1]}')).toEqual({
      params: { depth: "6", fast: "true", note: "null" },
      fault: "params.json: 1 of 4 values are not plain text, numbers or truth values",
    });
    expect(parseParams("[1]")).toEqual({ params: {}, fault: "params.json is not a JSON object" });
  });
  it.each([
    ['{"done":480,"total":600,"unit":"trees"}', { done: 480, total: 600, unit: "trees" }],
    ['{"done":9,"total":3}', { done: 3, total: 3, unit: "" }],
    ['{"done":1,"tot', null],
    ['{"done":1,"total":0}', null],
  ])("reads progress %s", (text, progress) => {
    expect(parseProgress(text)).toEqual(progress);
  });
});

describe("filesDigest", () => {
  it("does not depend on the order of the files, but on every path and content", () => {
    const files = [
      { path: "b", digest: "sha256:1" },
      { path: "a", digest: "sha256:2" },
    ];
    expect(filesDigest(files)).toBe(filesDigest(files.toReversed()));
    expect(filesDigest(files)).not.toBe(
      filesDigest([
        { path: "b", digest: "sha256:2" },
        { path: "a", digest: "sha256:1" },
      ]),
    );
    expect(filesDigest([])).toBe("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });
});
