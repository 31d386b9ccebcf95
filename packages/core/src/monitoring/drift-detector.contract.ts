import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "./testing/seeded-random.ts";
import type { ColumnDrift, DriftColumn, DriftDetector } from "./ports.ts";

type Row = Record<string, string | number | boolean | null>;

const COLUMNS: DriftColumn[] = [
  { name: "delay", kind: "numeric" },
  { name: "origin", kind: "categorical" },
];

function sample(rows: number, seed: number, shift = 0, airports = ["ORD", "ATL", "DFW"]): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => ({
    delay: random.normal() * 10 + shift,
    origin: airports[Math.floor(random.uniform() * airports.length)] ?? "ORD",
  }));
}

function csvOf(rows: Row[], columns: string[]): string {
  const cell = (value: unknown): string =>
    value === null || value === undefined ? "" : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return [columns.map(cell).join(","), ...rows.map((row) => columns.map((column) => cell(row[column])).join(","))].join("\n");
}

/** What every drift detector must do, whatever its measure. */
export function driftDetectorContract(technology: string, open: () => DriftDetector): void {
  describe(`drift detector on ${technology}`, () => {
    let folder = "";
    let files = 0;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "trellis-drift-"));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    async function compare(reference: Row[], current: Row[], columns = COLUMNS, thresholds?: Record<string, number>) {
      files += 1;
      const referenceFile = join(folder, `reference-${files}.csv`);
      const names = [...new Set([...columns.map(({ name }) => name).filter((name) => reference.some((row) => name in row)), "delay"])];
      await writeFile(referenceFile, csvOf(reference, names));
      const result = await open().compare({ referenceFile, currentRows: current, columns, thresholds });
      const column = (name: string): ColumnDrift => {
        const found = result.columns.find((candidate) => candidate.name === name);
        if (!found) throw new Error(`no column ${name}`);
        return found;
      };
      return { result, column };
    }

    it("calls nothing drift when both samples come from one source", async () => {
      const { result } = await compare(sample(2000, 1), sample(1000, 2));
      expect(result.referenceRows).toBe(2000);
      expect(result.currentRows).toBe(1000);
      expect(result.columns.map(({ verdict }) => verdict)).toEqual(["stable", "stable"]);
    });

    it("finds a shifted number and leaves the other column alone", async () => {
      const { column } = await compare(sample(2000, 1), sample(1000, 2, 12));
      expect(column("delay").verdict).toBe("drifted");
      expect(column("delay").value).toBeGreaterThanOrEqual(column("delay").threshold);
      expect(column("delay").value).toBeGreaterThanOrEqual(column("delay").noiseFloor ?? Infinity);
      expect(column("origin").verdict).toBe("stable");
    });

    it("finds categories that the reference has never had, and names them", async () => {
      const { column } = await compare(sample(2000, 1), sample(1000, 2, 0, ["ORD", "BQN"]));
      expect(column("origin").verdict).toBe("drifted");
      expect(column("origin").newCategories).toEqual(["BQN"]);
    });

    it("gives bins whose shares sum to one on both sides", async () => {
      const { result } = await compare(sample(2000, 1), sample(500, 2, 3));
      for (const { bins } of result.columns) {
        expect(bins.length).toBeGreaterThan(1);
        expect(bins.reduce((sum, bin) => sum + bin.reference, 0)).toBeCloseTo(1, 9);
        expect(bins.reduce((sum, bin) => sum + bin.current, 0)).toBeCloseTo(1, 9);
      }
    });

    it("reports missing values, NaN and infinities as missing", async () => {
      const current = sample(900, 2).map((row, index) => ({
        ...row,
        delay: [null, Number.NaN, Number.POSITIVE_INFINITY][index % 9] === undefined ? (row.delay ?? null) : null,
      }));
      const { column } = await compare(sample(2000, 1), current);
      expect(column("delay").missingShare.reference).toBe(0);
      expect(column("delay").missingShare.current).toBeCloseTo(1 / 3, 9);
      const broken = sample(900, 2).map((row, index) => ({
        ...row,
        delay: index % 3 === 0 ? Number.NaN : index % 3 === 1 ? Number.POSITIVE_INFINITY : (row.delay ?? null),
      }));
      expect((await compare(sample(2000, 1), broken)).column("delay").missingShare.current).toBeCloseTo(2 / 3, 9);
    });

    it("judges the other columns when one cannot be judged", async () => {
      const { column } = await compare(sample(2000, 1), sample(1000, 2), [...COLUMNS, { name: "unheard_of", kind: "numeric" }]);
      expect(column("unheard_of").verdict).toBe("not_computable");
      expect(column("unheard_of").message).toContain("unheard_of");
      expect(column("unheard_of").value).toBeNull();
      expect(column("delay").verdict).toBe("stable");
    });

    it("says insufficient when there are hardly any rows", async () => {
      const { column } = await compare(sample(2000, 1), sample(8, 2, 50));
      expect(column("delay").verdict).toBe("insufficient");
      expect(column("delay").message).not.toBeNull();
    });

    it("answers for an empty window", async () => {
      const { result } = await compare(sample(2000, 1), []);
      expect(result.currentRows).toBe(0);
      expect(result.columns.every(({ verdict }) => verdict === "insufficient" || verdict === "not_computable")).toBe(true);
    });

    it("takes a threshold a column", async () => {
      const { column } = await compare(sample(2000, 1), sample(1000, 2, 12), COLUMNS, { delay: 50 });
      expect(column("delay").threshold).toBe(50);
      expect(column("delay").verdict).toBe("stable");
    });

    it("reads names and values that need quotes in a CSV file", async () => {
      const odd = `we"ird, 'name'`;
      const rows = (seed: number): Row[] => sample(600, seed).map((row) => ({ delay: row["delay"] ?? null, [odd]: row["origin"] === "ORD" ? `a, "b"` : "c" }));
      const { column } = await compare(rows(1), rows(2), [{ name: odd, kind: "categorical" }]);
      expect(column(odd).verdict).toBe("stable");
      expect(column(odd).newCategories).toEqual([]);
    });

    it("counts a boolean as the same category however it is written", async () => {
      const reference = sample(600, 1).map((row, index) => ({ ...row, late: index % 2 === 0 ? "True" : "False" }));
      const current = sample(600, 2).map((row, index) => ({ ...row, late: index % 2 === 0 }));
      const { column } = await compare(reference, current, [{ name: "late", kind: "categorical" }]);
      expect(column("late").verdict).toBe("stable");
      expect(column("late").newCategories).toEqual([]);
    });
  });
}
