import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { seededRandom } from "@trellis/core/monitoring/testing/seeded-random.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { duckdbDriftDetector } from "./provider.ts";
import { usualVariation } from "./usual-variation.ts";

describe("how far a reference strays from itself", () => {
  it("is the largest difference of a part from the rest", () => {
    expect(
      usualVariation(
        [
          [50, 50],
          [50, 50],
          [50, 50],
          [60, 40],
        ],
        [210, 190],
      ),
    ).toBeCloseTo(0.0405, 3);
  });

  it("is nothing when parts are small, or when no part is like the rest", () => {
    expect(
      usualVariation(
        [
          [10, 10],
          [10, 10],
          [10, 10],
          [20, 1],
        ],
        [50, 31],
      ),
    ).toBe(0);
    expect(
      usualVariation(
        [
          [100, 0, 0, 0],
          [0, 100, 0, 0],
          [0, 0, 100, 0],
          [0, 0, 0, 100],
        ],
        [100, 100, 100, 100],
      ),
    ).toBe(0);
  });

  it("is never negative and always finite", () => {
    const part = fc.array(fc.nat({ max: 100 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(part, { minLength: 4, maxLength: 4 }), (parts) => {
        const whole = [0, 1, 2].map((bin) => parts.reduce((sum, counts) => sum + (counts[bin] ?? 0), 0));
        const value = usualVariation(parts, whole);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(value)).toBe(true);
      }),
    );
  });
});

describe("windows of data whose days have something in common", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trellis-usual-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** `days` days of rows that share their day's weather, as delays at an airport do. */
  function weather(random: ReturnType<typeof seededRandom>, days: number, shift = 0): { delay: number }[] {
    return Array.from({ length: days }, () => random.normal() * 10 + shift).flatMap((mean) =>
      Array.from({ length: 60 }, () => ({ delay: mean + random.normal() * 4 })),
    );
  }

  async function share(order: (rows: { delay: number }[]) => { delay: number }[], shift = 0): Promise<number> {
    let drifted = 0;
    for (let seed = 1; seed <= 25; seed += 1) {
      const random = seededRandom(seed);
      const referenceFile = path.join(folder, `${seed}-${order.name}-${shift}.csv`);
      await writeFile(
        referenceFile,
        `delay\n${order(weather(random, 28))
          .map(({ delay }) => delay)
          .join("\n")}\n`,
      );
      const { columns } = await duckdbDriftDetector().compare({
        referenceFile,
        currentRows: weather(random, 7, shift),
        columns: [{ name: "delay", kind: "numeric" }],
      });
      if (columns[0]?.verdict === "drifted") drifted += 1;
    }
    return drifted / 25;
  }

  const inOrder = (rows: { delay: number }[]): { delay: number }[] => rows;
  const sorted = (rows: { delay: number }[]): { delay: number }[] => rows.toSorted((a, b) => a.delay - b.delay);

  it("are called drifted far less often when the reference is in the order of time", async () => {
    const blind = await share(sorted);
    const seeing = await share(inOrder);
    expect(blind).toBeGreaterThan(0.5);
    expect(seeing).toBeLessThan(blind - 0.3);
  });

  it("are still called drifted when they really are, also with a sorted file", async () => {
    expect(await share(inOrder, 40)).toBe(1);
    expect(await share(sorted, 40)).toBe(1);
  });
});
