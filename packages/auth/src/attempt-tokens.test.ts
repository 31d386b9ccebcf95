import { describe, expect, it } from "vitest";
import { createAttemptTokens } from "./attempt-tokens.ts";

const ATTEMPT = "01a20000-0000-7000-8000-0000000000ab";

describe("tokens of pipeline steps", () => {
  const tokens = createAttemptTokens("a secret of the test that is long enough");

  it("are the same each time, and tell their attempt", () => {
    expect(tokens.tokenOf(ATTEMPT)).toBe(tokens.tokenOf(ATTEMPT));
    expect(tokens.attemptOf(tokens.tokenOf(ATTEMPT))).toBe(ATTEMPT);
  });

  it("are not believed when anything in them was changed", () => {
    const token = tokens.tokenOf(ATTEMPT);
    for (let index = 0; index < token.length; index += 1) {
      const changed = `${token.slice(0, index)}${token[index] === "0" ? "1" : "0"}${token.slice(index + 1)}`;
      // The last character of base64 holds bits that mean nothing; the text must be the very one all the same.
      expect(tokens.attemptOf(changed), changed).toBeNull();
    }
    for (const other of ["", "trl_step_", `${token}0`, ` ${token}`]) expect(tokens.attemptOf(other)).toBeNull();
  });

  it("of another portal mean nothing here", () => {
    expect(tokens.attemptOf(createAttemptTokens("another secret that is long enough to be one").tokenOf(ATTEMPT))).toBeNull();
  });
});
