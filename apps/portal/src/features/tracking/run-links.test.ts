import { expect, it } from "vitest";
import { pageOfClientLink, runIdOf } from "./run-links";

const HEX = "0123456789abcdef0123456789abcdef";
const UUID = "01234567-89ab-cdef-0123-456789abcdef";

it("writes a client's run id as the portal does, and leaves others alone", () => {
  expect(runIdOf(HEX)).toBe(UUID);
  expect(runIdOf(HEX.toUpperCase())).toBe(UUID);
  expect(runIdOf(UUID)).toBe(UUID);
  expect(runIdOf("latest")).toBe("latest");
});

it.each([
  [`#/experiments/3/runs/${HEX}`, `/experiments/3/runs/${UUID}`],
  [`#/experiments/3/runs/${HEX}/artifacts/model`, `/experiments/3/runs/${UUID}`],
  ["#/experiments/3", "/experiments/3"],
  ["#/experiments/3/models", "/experiments/3"],
  ["#/experiments", "/experiments"],
  ["#/models", "/models"],
  ["#/models/flight%20delay", "/models/flight%20delay"],
  ["#/models/delay/versions/12", "/models/delay/versions/12"],
  [`#/compare-runs?runs=["${HEX}"]&experiments=["3"]`, `/compare?runs=${UUID}`],
])("forwards %s", (hash, page) => {
  expect(pageOfClientLink(hash)).toBe(page);
});

it.each(["", "#", "#/", "#/traces/1", "#/experiments/../secrets", "#//evil.example", "#javascript:alert(1)", "#/compare-runs?runs=[]"])(
  "goes nowhere for %j",
  (hash) => {
    expect(pageOfClientLink(hash)).toBeNull();
  },
);
