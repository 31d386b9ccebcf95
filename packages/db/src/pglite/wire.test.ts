import { describe, expect, it } from "vitest";
import { endsReady, expectsReady } from "./wire.ts";

const message = (type: string, body = "") => {
  const bytes = Buffer.alloc(5 + body.length);
  bytes.write(type, 0, "latin1");
  bytes.writeUInt32BE(4 + body.length, 1);
  bytes.write(body, 5, "latin1");
  return bytes;
};

describe("expectsReady", () => {
  it("looks at the last message, not at bytes that resemble one", () => {
    expect(expectsReady(message("Q", "select 1\0"))).toBe(true);
    expect(expectsReady(Buffer.concat([message("P", "\0S\0"), message("B", "Q"), message("E"), message("S")]))).toBe(true);
    expect(expectsReady(Buffer.concat([message("S"), message("P", "S")]))).toBe(false);
    expect(expectsReady(message("P", "SSSSSQQQQQ"))).toBe(false);
    expect(expectsReady(message("H"))).toBe(false);
  });

  it("knows the start-up packet, which has no type", () => {
    expect(expectsReady(Buffer.from([0, 0, 0, 8, 0, 3, 0, 0]))).toBe(true);
  });
});

describe("endsReady", () => {
  it("asks for a whole ReadyForQuery at the end", () => {
    expect(endsReady(Buffer.concat([message("C", "SELECT 1\0"), message("Z", "I")]))).toBe(true);
    expect(endsReady(message("Z", "T"))).toBe(true);
    expect(endsReady(message("C", "SELECT 1\0"))).toBe(false);
    expect(endsReady(Buffer.alloc(0))).toBe(false);
    expect(endsReady(Buffer.from("ZZZ"))).toBe(false);
  });
});
