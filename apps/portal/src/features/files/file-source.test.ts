import { expect, it } from "vitest";
import { fileAddress, folderOf, trailOf } from "./file-source";

it("writes addresses in which nothing of a path can mean something else", () => {
  const source = { kind: "run" as const, id: "r1" };
  expect(fileAddress(source, "plots/roc curve.png", "content")).toBe("/api/v1/runs/r1/content/plots/roc%20curve.png");
  expect(fileAddress(source, "a?b#c%2e.html", "view")).toBe("/api/v1/runs/r1/view/a%3Fb%23c%252e.html");
  expect(fileAddress({ kind: "logged-model", id: "m1" }, "MLmodel", "content")).toBe("/api/v1/logged-models/m1/content/MLmodel");
});

it("knows the way to a folder", () => {
  expect(folderOf("a/b/c.txt")).toBe("a/b");
  expect(folderOf("c.txt")).toBe("");
  expect(trailOf("a/b")).toEqual([
    { name: "a", path: "a" },
    { name: "b", path: "a/b" },
  ]);
  expect(trailOf("")).toEqual([]);
});
