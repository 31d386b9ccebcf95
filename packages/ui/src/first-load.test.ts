import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

/** Packages that a file and everything it imports within the kit bring along. */
function packagesOf(entry: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(entry)) return packages;
  seen.add(entry);
  for (const [, typeOnly, from] of readFileSync(entry, "utf8").matchAll(/^(?:import|export) (type )?(?:[^'"\n]*|\{[^}]*\}) ?from "([^"]+)"/gm)) {
    if (typeOnly || from === undefined) continue;
    if (from.startsWith(".")) for (const name of packagesOf(path.join(path.dirname(entry), from), seen)) packages.add(name);
    else packages.add(from);
  }
  return packages;
}

const source = (file: string) => path.join(import.meta.dirname, file);

test("the light entry brings no heavy library into the first load", () => {
  const heavy = /^(?:@base-ui\/|recharts|@xyflow|@dagrejs|cmdk|react-markdown|diff$|@tanstack\/)/;
  for (const entry of ["index.ts", "table/index.ts"]) {
    const found = packagesOf(source(entry));
    expect(found).toContain("lucide-react");
    expect([...found].filter((name) => heavy.test(name))).toEqual([]);
  }
});

test("the Gantt needs no graph or chart library", () => {
  expect([...packagesOf(source("graph/index.ts"))].filter((name) => /recharts|xyflow|dagre/.test(name))).toEqual([]);
  expect(packagesOf(source("charts/index.ts"))).toContain("recharts");
});

test("the kit only draws: no data, no Next, no other package of the product", () => {
  const entries = [
    "index.ts",
    "table/index.ts",
    "log/index.ts",
    "diff/index.ts",
    "markdown/index.ts",
    "command/index.ts",
    "charts/index.ts",
    "graph/index.ts",
    "dag/index.ts",
  ];
  const all = entries.flatMap((entry) => [...packagesOf(source(entry))]);
  expect(all.filter((name) => /^(?:@trellis\/|next|@trpc|@tanstack\/react-query)/.test(name))).toEqual([]);
});
