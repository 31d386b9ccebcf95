import { describe, expect, it } from "vitest";
import { SignInCache } from "./sign-in-cache.ts";

describe("SignInCache", () => {
  it("remembers an answer for five seconds, also that there is nobody", () => {
    const cache = new SignInCache<string | null>();
    cache.set("a", "Ada", 0);
    cache.set("b", null, 0);
    expect([cache.get("a", 5_000), cache.get("b", 5_000), cache.get("c", 0)]).toEqual(["Ada", null, undefined]);
    expect([cache.get("a", 5_001), cache.get("b", 5_001)]).toEqual([undefined, undefined]);
  });

  it("forgets all when told", () => {
    const cache = new SignInCache<string>();
    cache.set("a", "Ada", 0);
    cache.clear();
    expect(cache.get("a", 0)).toBeUndefined();
  });

  it("stays bounded", () => {
    const cache = new SignInCache<number>();
    for (let index = 0; index < 5_000; index += 1) cache.set(String(index), index, 0);
    const kept = Array.from({ length: 5_000 }, (_, index) => cache.get(String(index), 0)).filter((value) => value !== undefined);
    expect(kept.length).toBeLessThanOrEqual(2_000);
    expect(cache.get("4999", 0)).toBe(4999);
  });
});
