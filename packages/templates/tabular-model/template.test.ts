import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { parseProjectFile } from "@trellis/core/pipelines/domain/pipeline-file.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_FOLDER, TEST_CACHE } from "../testing/python-tools.ts";
import { readManifest, renderProject } from "../testing/render-template.ts";

const TEMPLATE = "tabular-model";
const LONGEST_SLUG = "a-name-as-long-as-a-project-s-name-can-b";
const MONTHS = ["2001-01", "2001-02", "2001-03", "2001-04", "2001-05", "2001-06"];
const INPUTS = ["hour", "weekday", "origin", "destination", "distance", "origin_flights", "origin_delay_today", "origin_delay_1d", "destination_delay_1d", "route_delay_7d"];

let scratch: string;
beforeAll(async () => {
  await mkdir(TEST_CACHE, { recursive: true });
  scratch = await mkdtemp(path.join(TEST_CACHE, "tabular-model-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function render(name: string, options: Parameters<typeof renderProject>[1]): Promise<{ folder: string; paths: string[] }> {
  const folder = path.join(scratch, name);
  return { folder, paths: await renderProject(TEMPLATE, options, folder) };
}

const read = (folder: string, file: string): Promise<string> => readFile(path.join(folder, file), "utf8");

describe("the manifest", () => {
  it("asks for a name, a title, a description and four settings", async () => {
    const manifest = await readManifest(TEMPLATE);
    expect(manifest.project.slug?.default).toBe("flight-delays");
    expect(manifest.parameters.map(({ name, default: value }) => [name, value])).toEqual([
      ["threshold_minutes", 15],
      ["max_depth", 4],
      ["window", "7d"],
      ["min_rows", 200],
    ]);
  });

  it.each(["json", "pandas", "import", "true", "trellis"])("refuses the name %s, which means something in Python or YAML", async (slug) => {
    await expect(render(`refused-${slug}`, { slug })).rejects.toThrow(/slug: The name .* is taken/);
  });

  it.each(['a"""b', "$trees", "{{ values.slug }}", "<b>"])("takes quotes but no markup in a title: %s", async (title) => {
    const rendered = render("title", { slug: "flight-delays", title });
    if (title.includes('"')) await expect(rendered).resolves.toBeDefined();
    else await expect(rendered).rejects.toThrow("title: One line without");
  });
});

describe("a rendered project", () => {
  it("has every file that the README names, with nothing left to fill in", async () => {
    const { folder, paths } = await render("default", { slug: "flight-delays" });
    expect(paths).toEqual(expect.arrayContaining([".github/workflows/ci.yml", ".gitignore", "uv.lock", "src/flight_delays/train.py", "data/flights-2001-06.csv"]));
    for (const file of paths.filter((name) => !name.endsWith(".csv") && name !== ".github/workflows/ci.yml")) {
      expect(await read(folder, file), file).not.toMatch(/\{\{|\{%/);
    }
  });

  it("differs between two projects in nothing but what was answered", async () => {
    const one = await render("one", { slug: "one-project" });
    const two = await render("two", { slug: "zz-other", title: "Other", description: "Another one." });
    const nameless = (text: string): string => text.replaceAll(/one[-_]project|zz[-_]other/g, "name");
    expect(two.paths.map(nameless)).toEqual(one.paths.map(nameless));
    for (const [at, file] of one.paths.entries()) {
      const isSame = nameless(await read(one.folder, file)) === nameless(await read(two.folder, two.paths[at] ?? ""));
      expect(isSame, file).toBe(!["README.md", "MODEL_CARD.md", "pyproject.toml"].includes(file));
    }
  });

  it("has a pipeline whose defaults are those of a plain shell", async () => {
    const answers = { threshold_minutes: 30, max_depth: 7, window: "14d", min_rows: 500 };
    const { folder } = await render("answered", { slug: LONGEST_SLUG, answers });
    const { pipelines, monitors, project } = parseProjectFile(await read(folder, "trellis.yaml"));
    expect(project).toBe(LONGEST_SLUG);
    const pipeline = pipelines.train;
    expect(pipeline?.steps.map(({ key, stage }) => [key, stage])).toEqual([
      ["prepare", "data"],
      ["train", "train"],
      ["evaluate", "test"],
      ["package", "package"],
    ]);
    expect(pipeline?.register).toEqual({ model: LONGEST_SLUG, from: "package", path: "model" });
    expect(pipeline?.triggers).toEqual([{ kind: "drift", monitor: "production", parameters: { until: "$window_end" } }]);
    expect(monitors.production).toMatchObject({ windowSeconds: 14 * 86_400, minRows: 500, alertAfter: 2, ofLast: 3 });
    const settings = await read(folder, `src/${LONGEST_SLUG.replaceAll("-", "_")}/settings.py`);
    const literal = /PARAMETERS = (\{[^}]*\})/.exec(settings)?.[1] ?? "";
    const defaults: unknown = JSON.parse(literal.replace(/,\s*\}/, "}"));
    const declared = Object.entries(pipeline?.parameters ?? {}).map(([name, parameter]) => [name, parameter.default]);
    expect(Object.fromEntries(declared)).toEqual(defaults);
  });

  it("writes a title and a description with quotes as valid TOML and Markdown", async () => {
    const { folder } = await render("quotes", { slug: "flight-delays", title: 'A "b"', description: `It's "late" & more` });
    expect(await read(folder, "pyproject.toml")).toMatch(/^description = "It(\\u0027|')s \\"late\\" (\\u0026|&) more"$/m);
    expect(await read(folder, "README.md")).toContain('# A "b"\n');
  });

  it("sends traffic by the client's own code", async () => {
    const { folder } = await render("traffic", { slug: "flight-delays" });
    expect(await read(folder, "src/flight_delays/traffic.py")).toBe(await read(CLIENT_FOLDER, "trellis/replay.py"));
  });

  it("has a lock file that names no host but the public index", async () => {
    const lock = await readFile(path.join(import.meta.dirname, "skeleton/uv.lock"), "utf8");
    const hosts = new Set(lock.match(/https?:\/\/[^/"\s]+/g));
    expect([...hosts].sort()).toEqual(["https://files.pythonhosted.org", "https://pypi.org"]);
    expect(lock.match(/\{\{ values\.slug \}\}/g)).toHaveLength(1);
  });
});

describe("the data", () => {
  const data = path.join(import.meta.dirname, "skeleton/data");

  it("is one small file a month with the same columns, in order of time", async () => {
    expect((await readdir(data)).filter((name) => name.endsWith(".csv"))).toEqual(MONTHS.map((month) => `flights-${month}.csv`));
    for (const month of MONTHS) {
      const file = path.join(data, `flights-${month}.csv`);
      expect((await stat(file)).size).toBeLessThan(1_400_000);
      const rows = await readRows(month);
      expect(rows.length).toBe(month === "2001-01" ? 20_000 : 7_000);
      expect(Object.keys(rows[0] ?? {})).toEqual(["date", ...INPUTS, "delay"]);
      const times = rows.map((row) => row.date ?? "");
      expect(times.toSorted()).toEqual(times);
      expect(times.every((time) => time.startsWith(month))).toBe(true);
    }
  });

  it("drifts from January in delays from the end of April on, and in nothing else", async () => {
    const january = await readRows("2001-01");
    const later = [...(await readRows("2001-04")), ...(await readRows("2001-05"))];
    for (const first of ["2001-04-26", "2001-05-03", "2001-05-10"]) {
      const last = new Date(Date.parse(first) + 7 * 86_400_000).toISOString().slice(0, 10);
      const week = later.filter(({ date = "" }) => date >= first && date < last);
      expect(week.length).toBeGreaterThan(1_400);
      const index = (name: string): number => stabilityIndex(numbers(january, name), numbers(week, name));
      for (const name of ["origin_delay_today", "origin_delay_1d", "destination_delay_1d", "route_delay_7d"]) expect(index(name), `${name} ${first}`).toBeGreaterThan(0.3);
      for (const name of ["hour", "weekday", "distance", "origin_flights"]) expect(index(name), `${name} ${first}`).toBeLessThan(0.1);
    }
  });

  async function readRows(month: string): Promise<Record<string, string>[]> {
    const [header = "", ...lines] = (await readFile(path.join(data, `flights-${month}.csv`), "utf8")).trimEnd().split("\n");
    const names = header.split(",");
    return lines.map((line) => Object.fromEntries(line.split(",").map((cell, at) => [names[at] ?? "", cell])));
  }
});

const numbers = (rows: Record<string, string>[], name: string): number[] => rows.flatMap((row) => (row[name] ? [Number(row[name])] : []));

/** Population stability index over ten bins that hold a tenth of the reference each; empty shares count as 0.0001. */
function stabilityIndex(reference: number[], current: number[]): number {
  const sorted = reference.toSorted((a, b) => a - b);
  const edges = [...new Set(Array.from({ length: 9 }, (_, at) => sorted[Math.floor((sorted.length * (at + 1)) / 10)] ?? 0))];
  const shares = (values: number[]): number[] => {
    const counts = Array<number>(edges.length + 1).fill(0);
    for (const value of values) {
      const bin = edges.filter((edge) => value >= edge).length;
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return counts.map((count) => Math.max(count / values.length, 1e-4));
  };
  const now = shares(current);
  return shares(reference).reduce((sum, share, at) => sum + (share - (now[at] ?? 0)) * Math.log(share / (now[at] ?? 1)), 0);
}
