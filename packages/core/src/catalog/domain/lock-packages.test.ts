import { expect, it } from "vitest";
import { changedPackages, lockPackages } from "./lock-packages.ts";

const lock = (packages: Record<string, string>): string =>
  `version = 1\nrequires-python = ">=3.12"\n${Object.entries(packages)
    .map(
      ([name, version]) =>
        `\n[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { registry = "https://pypi.org/simple" }\ndependencies = [\n    { name = "other", version = "9" },\n]\n`,
    )
    .join("")}`;

it("reads names and versions, not those of dependencies", () => {
  expect(lockPackages(lock({ numpy: "2.1.0", pandas: "2.2.3" }))).toEqual({ numpy: "2.1.0", pandas: "2.2.3" });
});

it("keeps all versions of a package that is locked for several platforms", () => {
  expect(lockPackages(lock({ numpy: "2.1.0" }) + lock({ numpy: "1.26.4" }))).toEqual({ numpy: "2.1.0, 1.26.4" });
});

it("knows a package without a version, such as the project itself", () => {
  expect(lockPackages('[[package]]\nname = "flight"\nsource = { virtual = "." }\n')).toEqual({ flight: "" });
});

it("tells what was added, taken away and moved, by name", () => {
  expect(changedPackages(lock({ numpy: "2.1.0", pandas: "2.2.3", scipy: "1" }), lock({ numpy: "2.2.0", pandas: "2.2.3", polars: "1.1" }))).toEqual([
    { name: "numpy", before: "2.1.0", after: "2.2.0" },
    { name: "polars", before: null, after: "1.1" },
    { name: "scipy", before: "1", after: null },
  ]);
});

it("finds nothing in what is no lock", () => {
  expect(lockPackages("")).toEqual({});
  expect(changedPackages("[[package]]\n", "name = 'x'")).toEqual([]);
});
