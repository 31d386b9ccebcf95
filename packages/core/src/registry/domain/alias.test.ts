import { describe, expect, it } from "vitest";
import { aliasProblem } from "./alias.ts";
import { modelNameProblem } from "./model-name.ts";
import { parseStage } from "./stage.ts";

describe("aliasProblem", () => {
  it.each([
    ["champion", true],
    ["Champion_2-b", true],
    ["3", true],
    ["x".repeat(255), true],
    ["x".repeat(256), false],
    ["v3", false],
    ["V12", false],
    ["Latest", false],
    ["a b", false],
    ["a/b", false],
    ["a\0", false],
    ["", false],
  ])("%j may be used: %s", (alias, good) => expect(aliasProblem(alias) === null).toBe(good));
});

describe("modelNameProblem", () => {
  it.each([
    ["flight delays (new) é", true],
    ["a%2Fb", true],
    ["x".repeat(256), true],
    ["x".repeat(257), false],
    ["a/b", false],
    ["a:b", false],
    ["..", false],
    ["  ", false],
    ["", false],
    ["a\0b", false],
    ["\ud800", false],
  ])("%j may be used: %s", (name, good) => expect(modelNameProblem(name) === null).toBe(good));
});

describe("parseStage", () => {
  it("takes any case and answers the stage's own", () => {
    expect(parseStage("pRODUCTION")).toBe("Production");
    expect(parseStage("none")).toBe("None");
    expect(parseStage("Live")).toBeNull();
  });
});
