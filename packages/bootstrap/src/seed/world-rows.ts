import type { SeedWorld } from "./company.ts";
import type { Random } from "./random.ts";

/** One row of features by name. */
export type SeedRow = Record<string, string | number>;

/** The coefficients of a trained model: what `model.json` of a seeded project holds, and its `model.py` reads. */
export type SeedModel = {
  task: SeedWorld["task"];
  output: string;
  bias: number;
  scale: number;
  numeric: Record<string, { mean: number; sd: number; weight: number }>;
  categorical: Record<string, Record<string, number>>;
};

/** A row as it comes on this day of the sixty: the feature that drifts has moved by then. */
export function makeRow(world: SeedWorld, random: Random, day: number): SeedRow {
  const row: SeedRow = {};
  for (const { name, mean, sd } of world.numeric) {
    const moved = world.drift?.feature === name && day >= world.drift.fromDay ? world.drift.shift : 0;
    row[name] = Number(Math.max(mean > 0 ? 0 : -1e9, mean + sd * (random.normal() + moved)).toFixed(sd < 5 ? 2 : 0));
  }
  for (const { name, values } of world.categorical) row[name] = random.pick(Object.keys(values));
  return row;
}

/** What the world's own rule says, with the noise that no model can know. */
export function makeLabel(world: SeedWorld, row: SeedRow, random: Random): number {
  const score = scoreOf(trueModel(world), row);
  if (world.task === "classification") return random.chance(sigmoid(score)) ? 1 : 0;
  return Number((world.scale * (score + 0.35 * random.normal())).toFixed(2));
}

/** A model of this quality, 0 to 1: its coefficients lie the nearer to the truth. */
export function trainedModel(world: SeedWorld, quality: number, random: Random): SeedModel {
  const truth = trueModel(world);
  const blur = (weight: number): number => Number((weight * (0.75 + 0.25 * quality) + 0.2 * (1 - quality) * random.normal()).toFixed(4));
  return {
    ...truth,
    numeric: Object.fromEntries(Object.entries(truth.numeric).map(([name, one]) => [name, { ...one, weight: blur(one.weight) }])),
    categorical: Object.fromEntries(
      Object.entries(truth.categorical).map(([name, weights]) => [
        name,
        Object.fromEntries(Object.entries(weights).map(([value, weight]) => [value, blur(weight)])),
      ]),
    ),
  };
}

/** What the model answers for a row; the same arithmetic as `model.py`. */
export function predict(model: SeedModel, row: SeedRow): Record<string, number> {
  const score = scoreOf(model, row);
  return { [model.output]: Number((model.task === "classification" ? sigmoid(score) : model.scale * score).toFixed(4)) };
}

/** Rows as CSV with a header; numbers and plain words only. */
export function toCsv(rows: readonly SeedRow[]): string {
  const names = Object.keys(rows[0] ?? {});
  return `${[names.join(","), ...rows.map((row) => names.map((name) => row[name]).join(","))].join("\n")}\n`;
}

function trueModel(world: SeedWorld): SeedModel {
  return {
    task: world.task,
    output: world.output,
    bias: world.bias,
    scale: world.scale,
    numeric: Object.fromEntries(world.numeric.map(({ name, mean, sd, weight }) => [name, { mean, sd, weight }])),
    categorical: Object.fromEntries(world.categorical.map(({ name, values }) => [name, values])),
  };
}

function scoreOf(model: SeedModel, row: SeedRow): number {
  let score = model.bias;
  for (const [name, { mean, sd, weight }] of Object.entries(model.numeric)) score += (weight * (Number(row[name]) - mean)) / sd;
  for (const [name, weights] of Object.entries(model.categorical)) score += weights[String(row[name])] ?? 0;
  return score;
}

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
