import { describe, expect, it } from "vitest";
import { KeyedLock } from "./keyed-lock.ts";

describe("KeyedLock", () => {
  it("runs work of one key one after the other, also after a failure, and other keys at once", async () => {
    const lock = new KeyedLock();
    const seen: string[] = [];
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const first = lock.run("a", async () => {
      await gate;
      seen.push("first");
      throw new Error("failed");
    });
    const second = lock.run("a", async () => seen.push("second"));
    await lock.run("b", async () => seen.push("other"));
    release();
    await expect(first).rejects.toThrow("failed");
    await second;
    expect(seen).toEqual(["other", "first", "second"]);
    expect(await lock.run("a", async () => 7)).toBe(7);
  });
});
