import fc from "fast-check";
import { expect, it } from "vitest";
import { generatedName } from "./generated-name.ts";

it("makes two words and a number of any random numbers", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 3, maxLength: 3 }), (numbers) => {
      const left = [...numbers];
      expect(generatedName(() => left.shift() ?? 0)).toMatch(/^[a-z]+-[a-z]+-\d{1,3}$/);
    }),
  );
});
