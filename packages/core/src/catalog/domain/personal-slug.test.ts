import fc from "fast-check";
import { expect, it } from "vitest";
import { personalSlug } from "./personal-slug.ts";
import { projectSlugProblem } from "./project-slug.ts";

it("is made of the name, or else of the e-mail address", () => {
  expect(personalSlug({ name: "Ada Lovelace", email: "ada@example.org" }, 1)).toBe("personal-ada-lovelace");
  expect(personalSlug({ name: "Žofie Nováková", email: "z@example.org" }, 2)).toBe("personal-zofie-novakova-2");
  expect(personalSlug({ name: "李", email: "li.na@example.org" }, 1)).toBe("personal-li-na");
  expect(personalSlug({ name: "李", email: "李@example.org" }, 1)).toBe("personal-notebooks");
});

it("is always a name that a project may have", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string(), fc.integer({ min: 1, max: 9_999 }), (name, email, attempt) => {
      expect(projectSlugProblem(personalSlug({ name, email }, attempt))).toBeNull();
    }),
  );
});
