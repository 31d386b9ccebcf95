import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { categoryShares, fillZeroShares, jensenShannonOfShares, ksStatistic, pooledShares, psiOfShares, wassersteinNormed } from "./formulas.ts";
import { ksPValue } from "./kolmogorov-smirnov.ts";

function table(name: string): Record<string, string>[] {
  const [header = "", ...lines] = readFileSync(new URL(`./testing/${name}`, import.meta.url), "utf8")
    .trim()
    .split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((value, index) => [names[index] ?? "", value])));
}

const weather = table("seattle-weather.csv");
const flights = table("flights.csv");
const SETS = {
  weather: { reference: weather.filter(({ date = "" }) => date < "2013"), current: weather.filter(({ date = "" }) => date > "2013"), whole: false },
  flights: { reference: flights.filter(({ month }) => month === "2001-01"), current: flights.filter(({ month }) => month === "2001-06"), whole: true },
};

const column = (rows: Record<string, string>[], name: string): Float64Array => Float64Array.from(rows, (row) => Number(row[name])).sort();
const relative = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

describe("golden values of Evidently 0.7", () => {
  it.each([
    ["weather", "temp_max", 4.94077571, 0.570243913, 1.62350438, 7.44079505e-33],
    ["weather", "wind", 0.639029286, 0.245957158, 0.329212439, 0.0182943847],
    ["weather", "precipitation", 0.706955763, 0.223542108, 0.380338618, 1.15497153e-8],
    ["flights", "delay", 0.052721532, 0.0792140862, 0.241944247, 8.42920325e-11],
    ["flights", "distance", 0.0368832279, 0.0676182569, 0.148941366, 0.00398392209],
  ] as const)("%s.%s has the same index, distances and p-value", (set, name, psi, js, wasserstein, pValue) => {
    const { reference: rows, current: now, whole } = SETS[set];
    const reference = column(rows, name);
    const current = column(now, name);
    const shares = pooledShares(reference, current, whole);
    expect(relative(psiOfShares(fillZeroShares(shares.reference), fillZeroShares(shares.current)), psi)).toBeLessThan(1e-7);
    expect(relative(jensenShannonOfShares(shares.reference, shares.current), js)).toBeLessThan(1e-7);
    expect(relative(wassersteinNormed(reference, current), wasserstein)).toBeLessThan(1e-7);
    expect(relative(ksPValue(ksStatistic(reference, current), reference.length, current.length), pValue)).toBeLessThan(2e-6);
  });

  it.each([
    ["weather", "weather", 1.32883268, 0.365710363],
    ["flights", "origin", 0.437820749, 0.233527776],
  ] as const)("%s.%s has the same index and distance as categories", (set, name, psi, js) => {
    const { reference, current } = SETS[set];
    const shares = categoryShares(
      reference.map((row) => row[name] ?? ""),
      current.map((row) => row[name] ?? ""),
    );
    expect(relative(psiOfShares(fillZeroShares(shares.reference), fillZeroShares(shares.current)), psi)).toBeLessThan(1e-7);
    expect(relative(jensenShannonOfShares(shares.reference, shares.current), js)).toBeLessThan(1e-7);
  });

  // SciPy 1.16: scipy.stats.kstwo.sf(d, n).
  it.each([
    [0.01, 10_000, 0.2682191277029192],
    [0.012, 10_000, 0.11135257403749388],
    [0.05, 15_000, 4.975300459251887e-33],
    [0.008, 25_000, 0.0810839759015447],
  ])("the p-value of a large sample, D = %f at effective size %i, agrees with SciPy", (d, size, expected) => {
    expect(relative(ksPValue(d, 2 * size, 2 * size), expected)).toBeLessThan(1e-6);
  });
});

const samples = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 200 }).map((values) => Float64Array.from(values).sort());

describe("distances", () => {
  it("are zero between a sample and itself", () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const shares = pooledShares(sample, sample);
        expect(psiOfShares(fillZeroShares(shares.reference), fillZeroShares(shares.current))).toBe(0);
        expect(jensenShannonOfShares(shares.reference, shares.current)).toBe(0);
        expect(wassersteinNormed(sample, sample)).toBe(0);
        expect(ksStatistic(sample, sample)).toBe(0);
      }),
    );
  });

  it("do not depend on which side is the reference, where they are symmetric", () => {
    fc.assert(
      fc.property(samples, samples, (a, b) => {
        const shares = categoryShares(
          Array.from(a, (value) => String(Math.sign(value))),
          Array.from(b, (value) => String(Math.sign(value))),
        );
        expect(jensenShannonOfShares(shares.reference, shares.current)).toBeCloseTo(jensenShannonOfShares(shares.current, shares.reference), 12);
        const filled = [fillZeroShares(shares.reference), fillZeroShares(shares.current)] as const;
        expect(psiOfShares(filled[0], filled[1])).toBeCloseTo(psiOfShares(filled[1], filled[0]), 9);
        expect(ksStatistic(a, b)).toBe(ksStatistic(b, a));
      }),
    );
  });

  it("stay within their bounds", () => {
    fc.assert(
      fc.property(samples, samples, (a, b) => {
        const d = ksStatistic(a, b);
        expect(d).toBeGreaterThanOrEqual(0);
        expect(d).toBeLessThanOrEqual(1);
        const p = ksPValue(d, a.length, b.length);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1 + 1e-12);
        expect(wassersteinNormed(a, b)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
