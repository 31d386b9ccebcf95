import { describe, expect, it } from "vitest";
import { compareMetrics, isTrainingMetric, metricDirection } from "./metric-direction.ts";

describe("metricDirection", () => {
  it.each([
    ["auc", "higher"],
    ["test_auc", "higher"],
    ["test/roc_auc", "higher"],
    ["val.f1-score", "higher"],
    ["log_loss", "lower"],
    ["eval_RMSE", "lower"],
    ["rows", "unknown"],
    ["auc_threshold", "unknown"],
  ])("of %s is %s", (key, direction) => expect(metricDirection(key)).toBe(direction));
});

it("isTrainingMetric tells metrics of the training rows", () => {
  expect(["train_auc", "train/auc", "auc_train", "training.loss"].every(isTrainingMetric)).toBe(true);
  expect(["auc", "test_auc", "trainable_params", "constraint"].some(isTrainingMetric)).toBe(false);
});

describe("compareMetrics", () => {
  it("puts metrics with a direction first and says which way each went", () => {
    expect(
      compareMetrics({ mae: 2, auc: 0.5, rows: 10 }, { mae: 3, auc: 0.6, rows: 20, f1: 0.4 }).map(({ key, verdict, change }) => [
        key,
        verdict,
        change === null ? null : Number(change.toFixed(6)),
      ]),
    ).toEqual([
      ["auc", "better", 0.1],
      ["f1", "unknown", null],
      ["mae", "worse", 1],
      ["rows", "unknown", 10],
    ]);
  });

  it("measures how much worse, relative to before", () => {
    expect(compareMetrics({ mae: 2 }, { mae: 3 })[0]?.worseBy).toBe(0.5);
    expect(compareMetrics({ mae: 2 }, { mae: 1 })[0]?.worseBy).toBe(0);
    expect(compareMetrics({ mae: 0 }, { mae: 1 })[0]?.worseBy).toBeGreaterThan(1);
  });
});
