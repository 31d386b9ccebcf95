import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeFault, double, type Fields, flag, int64, integer, list, oneOf, optional, orElse, pageToken, record, required, text } from "./fields.ts";
import { parseVerbatim, parseWire, wireInteger, writeWire } from "./wire-json.ts";

/** Reads a JSON body by fields; gives the message when it is refused. */
function reading(fields: Fields, body: string): unknown {
  try {
    return record(fields).read(parseWire(body));
  } catch (error) {
    return (describeFault(error, () => parseVerbatim(body)) as Error).message;
  }
}

const METRIC = record({ key: required(text), value: required(double), timestamp: required(int64), step: orElse(int64, 0n) });
const BATCH = { runId: required(text), metrics: orElse(list(METRIC), []) };

describe("fields", () => {
  it("are in snake case on the wire, and may be missing or null", () => {
    const fields = { runId: required(text), maxResults: optional(integer), orderBy: orElse(list(text), []), ok: orElse(flag, true) };
    expect(reading(fields, '{"run_id":"a","max_results":null,"other":1}')).toEqual({ runId: "a", maxResults: null, orderBy: [], ok: true });
    expect(reading(fields, '{"run_uuid":"b","max_results":"7","order_by":["x"],"ok":false}')).toEqual({ runId: "b", maxResults: 7, orderBy: ["x"], ok: false });
  });

  it.each([
    ["{}", "Missing value for required parameter 'run_id'."],
    ['{"run_id":null}', "Missing value for required parameter 'run_id'."],
    ['{"run_id":""}', "Missing value for required parameter 'run_id'."],
    ['{"run_id":31}', "Invalid value 31 for parameter 'run_id' supplied: It must be a string."],
    ['{"run_id":9.0}', "Invalid value 9.0 for parameter 'run_id' supplied: It must be a string."],
    ['{"run_id":"a","metrics":"m"}', `Invalid value "m" for parameter 'metrics' supplied: It must be a list.`],
    ['{"run_id":"a","metrics":[{"key":"k","value":1}]}', "Missing value for required parameter 'metrics[0].timestamp'."],
    [
      '{"run_id":"a","metrics":[{"key":"k","value":1,"timestamp":2},{"key":"k","value":"foo","timestamp":2}]}',
      `Invalid value "foo" for parameter 'metrics[1].value' supplied: It must be a number.`,
    ],
    ['{"run_id":"a","metrics":[7]}', "Invalid value 7 for parameter 'metrics[0]' supplied: It must be an object."],
    [
      '{"run_id":"a","metrics":[{"key":"k","value":1,"timestamp":1.50}]}',
      "Invalid value 1.50 for parameter 'metrics[0].timestamp' supplied: It must be a whole number.",
    ],
    [
      '{"run_id":"a","metrics":[{"key":"k","value":1,"timestamp":9223372036854775808}]}',
      "Invalid value 9223372036854775808 for parameter 'metrics[0].timestamp' supplied: It is beyond 64 bits.",
    ],
  ])("%s: %s", (body, message) => {
    expect(reading(BATCH, body)).toBe(message);
  });

  it("says at most a thousand characters of what was wrong", () => {
    expect(String(reading({ n: optional(integer) }, JSON.stringify({ n: "x".repeat(5_000) }))).length).toBeLessThan(1_100);
  });

  it.each([
    ["1e2", 100n],
    ["9.0", 9n],
    ['"12"', 12n],
    ["-9223372036854775808", -(2n ** 63n)],
    ["9007199254740993", 9007199254740993n],
  ])("a whole number may be %s", (sent, value) => {
    expect(reading({ n: required(int64) }, `{"n":${sent}}`)).toEqual({ n: value });
  });

  it.each([["true"], ['"12.5"'], ['"x"'], ["1.5"], ["[]"]])("a whole number is not %s", (sent) => {
    expect(reading({ n: required(int64) }, `{"n":${sent}}`)).toContain(`Invalid value ${sent}`);
  });

  it.each([
    ['"NaN"', Number.NaN],
    ['"Infinity"', Number.POSITIVE_INFINITY],
    ['"-Infinity"', Number.NEGATIVE_INFINITY],
    ['"1e-3"', 0.001],
    ["12345678901234567890", Number("12345678901234567890")],
    ["0.12345678901234567", Number("0.12345678901234567")],
  ])("a double may be %s", (sent, value) => {
    expect(reading({ n: required(double) }, `{"n":${sent}}`)).toEqual({ n: value });
  });

  it.each([['"nan"'], ['" "'], ["true"], ["{}"]])("a double is not %s", (sent) => {
    expect(reading({ n: required(double) }, `{"n":${sent}}`)).toContain(`Invalid value ${sent}`);
  });

  it("take words from a query", () => {
    expect(record({ a: required(flag), b: required(integer), t: orElse(pageToken, null) }).read({ a: "true", b: "5", t: "" })).toEqual({
      a: true,
      b: 5,
      t: null,
    });
  });

  it("keep text that can be stored", () => {
    expect(reading({ a: required(text) }, String.raw`{"a":"x\u0000y\ud800z"}`)).toEqual({ a: "xy\ufffdz" });
  });

  it("know their words", () => {
    const fields = { status: required(oneOf("READY", "FAILED")) };
    expect(reading(fields, '{"status":"READY"}')).toEqual({ status: "READY" });
    expect(reading(fields, '{"status":"ready"}')).toBe(`Invalid value "ready" for parameter 'status' supplied: It must be one of READY, FAILED.`);
  });
});

describe("JSON of the protocol", () => {
  it("loses no digit of an integer, in either direction", () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.double({ noNaN: true, noDefaultInfinity: true }), (whole, double_) => {
        const sent = `{"whole": ${whole}, "list":[${whole},${whole}], "double":${JSON.stringify(double_)}, "text":"a ${whole},"}`;
        const read = parseWire(sent) as { whole: bigint | number; list: (bigint | number)[]; double: number; text: string };
        expect([BigInt(read.whole), BigInt(read.list[1] ?? 0), read.text]).toEqual([whole, whole, `a ${whole},`]);
        expect(Number(read.double)).toBe(Number(JSON.stringify(double_)));
        expect(writeWire({ n: wireInteger(whole) })).toBe(`{"n":${whole}}`);
      }),
    );
  });
});
