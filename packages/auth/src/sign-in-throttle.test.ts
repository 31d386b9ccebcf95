import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SignInThrottle } from "./sign-in-throttle.ts";

const failTimes = (throttle: SignInThrottle, address: string, times: number, nowMs: number) => {
  for (let index = 0; index < times; index += 1) throttle.note(address, "wrong", nowMs);
};

describe("SignInThrottle", () => {
  it("asks to wait after ten wrong passwords, for the rest of the minute", () => {
    const throttle = new SignInThrottle();
    failTimes(throttle, "ada@example.org", 9, 0);
    expect(throttle.waitSeconds("ada@example.org", 1)).toBe(0);
    throttle.note("Ada@Example.org ", "wrong", 1_000);
    expect(throttle.waitSeconds("ADA@example.org", 20_000)).toBe(40);
    expect(throttle.waitSeconds("grace@example.org", 20_000)).toBe(0);
    expect(throttle.waitSeconds("ada@example.org", 60_000)).toBe(0);
  });

  it("begins anew after a right password", () => {
    const throttle = new SignInThrottle();
    failTimes(throttle, "ada@example.org", 9, 0);
    throttle.note("ada@example.org", "right", 1);
    failTimes(throttle, "ada@example.org", 9, 2);
    expect(throttle.waitSeconds("ada@example.org", 3)).toBe(0);
  });

  it("never lets more than ten guesses at an address through within a minute of the first", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 60 }), (gaps) => {
        const throttle = new SignInThrottle();
        let now = 0;
        let windowStart = Number.NEGATIVE_INFINITY;
        let inWindow = 0;
        for (const gap of gaps) {
          now += gap;
          if (throttle.waitSeconds("a@b.c", now) > 0) continue;
          if (now - windowStart >= 60_000) [windowStart, inWindow] = [now, 0];
          inWindow += 1;
          expect(inWindow).toBeLessThanOrEqual(10);
          throttle.note("a@b.c", "wrong", now);
        }
      }),
    );
  });

  it("keeps a bounded number of addresses, the newest", () => {
    const throttle = new SignInThrottle();
    for (let index = 0; index < 10_050; index += 1) throttle.note(`${index}@example.org`, "wrong", 0);
    failTimes(throttle, "last@example.org", 10, 1);
    expect(throttle.waitSeconds("last@example.org", 2)).toBeGreaterThan(0);
  });
});
