import fc from "fast-check";
import { expect, it } from "vitest";
import { pointToken, readPointToken } from "./point-token.ts";

it("comes back as it went", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double({ noDefaultInfinity: true }),
      (timestamp, step, value) => {
        const place = { timestamp: String(timestamp), step: String(step), value: String(value) };
        expect(readPointToken(pointToken(place))).toEqual(place);
      },
    ),
  );
});

it("is refused when it is anything else", () => {
  const encode = (text: string) => Buffer.from(text).toString("base64url");
  for (const token of [
    "",
    "x",
    encode("1 2"),
    encode("1 2 Infinity"),
    encode("9223372036854775808 1 1"),
    encode("1 2 1e999"),
    encode("-1 2 3"),
    encode("1 2 3'"),
  ])
    expect(() => readPointToken(token), token).toThrow("Invalid page token");
});
