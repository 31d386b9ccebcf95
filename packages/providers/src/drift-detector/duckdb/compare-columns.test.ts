import { seededRandom } from "@trellis/core/monitoring/testing/seeded-random.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binLabels, categoricalReference, categoryOf, countOverEdges, numberOf, numericReference } from "./bins.ts";
import { chiSquareCritical, chiSquareTail } from "./chi-square.ts";
import { compareColumns, type ReferenceProfile, type Row } from "./compare-columns.ts";
import { rejectionLevel } from "./false-discovery.ts";

function numericProfile(values: number[]): ReferenceProfile {
  return { rows: values.length, columns: new Map([["x", numericReference(Float64Array.from(values).sort(), 0)]]) };
}

function categoricalProfile(values: string[]): ReferenceProfile {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return { rows: values.length, columns: new Map([["x", categoricalReference(counts, 0)]]) };
}

const rowsOf = (values: Row[string][]): Row[] => values.map((x) => ({ x }));
const judge = (profile: ReferenceProfile, values: Row[string][], kind: "numeric" | "categorical") => {
  const [drift] = compareColumns(profile, rowsOf(values), [{ name: "x", kind }]);
  if (!drift) throw new Error("no verdict");
  return drift;
};

describe("numeric columns", () => {
  it("have the value 0 against themselves, whatever the values", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.integer({ min: 0, max: 3 })), { minLength: 50, maxLength: 400 }),
        (values) => {
          const drift = judge(numericProfile(values), values, "numeric");
          expect(drift.value).toBe(0);
          expect(drift.verdict).toBe("stable");
        },
      ),
    );
  });

  it("have no bin that is empty in the reference unless they are constant", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.integer({ min: 0, max: 3 })), { minLength: 2, maxLength: 400 }),
        (values) => {
          fc.pre(new Set(values).size > 1);
          const reference = numericReference(Float64Array.from(values).sort(), 0);
          if (reference.kind !== "numeric") throw new Error("kind");
          expect(reference.counts.length).toBeLessThanOrEqual(10);
          expect(reference.counts.every((count) => count > 0)).toBe(true);
          expect(reference.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        },
      ),
    );
  });

  it("keep an atom in a bin of its own", () => {
    const values = [...new Array<number>(500).fill(0), ...Array.from({ length: 500 }, (_, index) => index + 1)];
    const drift = judge(numericProfile(values), new Array<number>(500).fill(0), "numeric");
    expect(drift.bins[0]).toMatchObject({ label: "≤ 0", reference: 0.5, current: 1 });
    expect(drift.verdict).toBe("drifted");
  });

  it("that were constant drift when they move, and not when they stay", () => {
    const profile = numericProfile(new Array<number>(300).fill(7));
    expect(judge(profile, new Array<number>(300).fill(7), "numeric").verdict).toBe("stable");
    const moved = judge(profile, new Array<number>(300).fill(8), "numeric");
    expect(moved.verdict).toBe("drifted");
    expect(moved.bins.map(({ label, current }) => [label, current])).toEqual([
      ["< 7", 0],
      ["7", 0],
      ["> 7", 1],
    ]);
  });

  it("drift when every value goes missing, and say so", () => {
    const values = Array.from({ length: 300 }, (_, index) => index);
    const drift = judge(numericProfile(values), new Array<null>(300).fill(null), "numeric");
    expect(drift.verdict).toBe("drifted");
    expect(drift.missingShare.current).toBe(1);
    expect(drift.message).toBe("Every value is missing.");
  });
});

describe("categorical columns", () => {
  it("have the value 0 against themselves", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ minLength: 1, maxLength: 3 }).map((text) => categoryOf(text) ?? "x"),
          { minLength: 50, maxLength: 300 },
        ),
        (values) => {
          expect(judge(categoricalProfile(values), values, "categorical").value).toBe(0);
        },
      ),
    );
  });

  it("group what is rare, and what exceeds twenty names, as other", () => {
    const values = Array.from({ length: 3000 }, (_, index) => `c${index % 30}`);
    const drift = judge(categoricalProfile(values), values, "categorical");
    expect(drift.bins).toHaveLength(21);
    expect(drift.bins.at(-1)).toMatchObject({ label: "other" });
    expect(drift.bins.at(-1)?.reference).toBeCloseTo(10 / 30, 9);
  });

  it("name at most twenty new categories, the commonest first", () => {
    const current = Array.from({ length: 400 }, (_, index) => (index < 100 ? "often" : `new-${index % 50}`));
    const drift = judge(categoricalProfile(new Array<string>(300).fill("a")), current, "categorical");
    expect(drift.newCategories).toHaveLength(20);
    expect(drift.newCategories[0]).toBe("often");
    expect(drift.verdict).toBe("drifted");
  });
});

describe("false alarms", () => {
  /** Share of 400 windows with no drift at all in which one of five columns is called drifted. */
  function falseAlarmShare(
    windowRows: number,
    referenceRows: number,
    draw: (random: ReturnType<typeof seededRandom>) => Row,
    kinds: ("numeric" | "categorical")[],
  ): number {
    const random = seededRandom(windowRows * 31 + referenceRows);
    const names = kinds.map((_, index) => `c${index}`);
    const reference = Array.from({ length: referenceRows }, () => draw(random));
    const columns = new Map(
      names.map((name, index) => {
        const values = reference.map((row) => row[name] ?? null);
        if (kinds[index] === "numeric") return [name, numericReference(Float64Array.from(values.map(Number)).sort(), 0)] as const;
        const counts = new Map<string, number>();
        for (const value of values) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
        return [name, categoricalReference(counts, 0)] as const;
      }),
    );
    const profile = { rows: referenceRows, columns };
    let alarms = 0;
    for (let draws = 0; draws < 400; draws += 1) {
      const rows = Array.from({ length: windowRows }, () => draw(random));
      const judged = compareColumns(
        profile,
        rows,
        names.map((name, index) => ({ name, kind: kinds[index] ?? "numeric" })),
      );
      if (judged.some(({ verdict }) => verdict === "drifted")) alarms += 1;
    }
    return alarms / 400;
  }

  const mixed = (random: ReturnType<typeof seededRandom>): Row => ({
    c0: random.normal(),
    c1: Math.exp(random.normal()),
    c2: random.uniform() < 0.6 ? 0 : random.normal() ** 2,
    c3: `a${Math.floor(random.uniform() * 20)}`,
    c4: `b${Math.floor(random.uniform() ** 3 * 40)}`,
  });
  const KINDS = ["numeric", "numeric", "numeric", "categorical", "categorical"] as const;

  // Below the 200 rows that a monitor asks for, categories with less than a row to expect make the approximation coarser.
  it.each([
    [60, 0.05],
    [100, 0.05],
    [200, 0.01],
    [500, 0.005],
  ])("stay rare in windows of %i rows", (rows, bound) => {
    expect(falseAlarmShare(rows, 5000, mixed, [...KINDS])).toBeLessThanOrEqual(bound);
  });

  it("would be common with the threshold alone, so the noise floor does the work in small windows", () => {
    const random = seededRandom(5);
    const reference = numericProfile(Array.from({ length: 5000 }, () => random.normal()));
    const above = Array.from({ length: 200 }, () =>
      judge(
        reference,
        Array.from({ length: 60 }, () => random.normal()),
        "numeric",
      ),
    ).filter(({ value }) => (value ?? 0) >= 0.2);
    expect(above.length).toBeGreaterThan(20);
    expect(above.every(({ noiseFloor }) => (noiseFloor ?? 0) > 0.2)).toBe(true);
  });
});

describe("the level of rejection", () => {
  it("is alpha / m with nothing to reject, and alpha with everything to reject", () => {
    expect(rejectionLevel([0.5, 0.6, 0.9], 0.03)).toBeCloseTo(0.01, 12);
    expect(rejectionLevel([0, 0, 0], 0.03)).toBeCloseTo(0.03, 12);
    expect(rejectionLevel([0.001, 0.019, 0.9], 0.03)).toBeCloseTo(0.02, 12);
  });

  it("never rejects less than Bonferroni and never more than no correction", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }), (pValues) => {
        const level = rejectionLevel(pValues, 0.05);
        expect(level).toBeGreaterThanOrEqual(0.05 / pValues.length - 1e-15);
        expect(level).toBeLessThanOrEqual(0.05 + 1e-15);
      }),
    );
  });
});

describe("chi-square", () => {
  // SciPy 1.16: chi2.isf and chi2.sf.
  it("agrees with SciPy", () => {
    expect(chiSquareCritical(0.01, 9)).toBeCloseTo(21.6659943334619, 9);
    expect(chiSquareCritical(0.05, 1)).toBeCloseTo(3.8414588206941, 9);
    expect(chiSquareCritical(1e-6, 19)).toBeCloseTo(63.677052285678, 9);
    expect(chiSquareTail(5, 3)).toBeCloseTo(0.1717971442967, 12);
    expect(chiSquareTail(300, 20) / 8.082849629775851e-52).toBeCloseTo(1, 9);
  });

  it("has a critical value that its tail gives back", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 0.99, noNaN: true }), fc.integer({ min: 1, max: 60 }), (alpha, freedom) => {
        expect(chiSquareTail(chiSquareCritical(alpha, freedom), freedom) / alpha).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe("values", () => {
  it("count as numbers only when they are finite", () => {
    expect([3, "3.5", " 4 ", true, null, "", " ", "x", Number.NaN, Infinity, undefined].map(numberOf)).toEqual([
      3,
      3.5,
      4,
      1,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it("of both spellings are one category", () => {
    expect(["True", true, "3.0", 3, "3.5", "", null, Number.NaN].map(categoryOf)).toEqual(["true", "true", "3", "3", "3.5", null, null, null]);
  });

  it("fall into bins that are closed on the right", () => {
    expect(countOverEdges([1, 2, 2.5, 3, 9], [2, 3])).toEqual([2, 2, 1]);
    expect(binLabels([2, 3])).toEqual(["≤ 2", "2 – 3", "> 3"]);
  });
});
