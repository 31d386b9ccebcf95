"""Step 3: measures the model on the days it has not seen, against simple rules and by airport."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score

from {{ values.package }}.data import DataError, read_rows
from {{ values.package }}.model import load
from {{ values.package }}.reporting import log_metrics, summary
from {{ values.package }}.settings import (
    EVALUATION,
    LABEL,
    PROBABILITY,
    TEST_ROWS,
    TRAIN_ROWS,
    TRAINED_MODEL,
)

SMALLEST_SLICE = 50
RULE = "hour"


def measure(label: Any, probability: Any) -> dict[str, float]:
    """Returns auc, log_loss, brier and accuracy of probabilities; late from one half on."""
    return {
        "auc": float(roc_auc_score(label, probability)),
        "log_loss": float(log_loss(label, probability, labels=[0, 1])),
        "brier": float(brier_score_loss(label, probability)),
        "accuracy": float(accuracy_score(label, np.asarray(probability) >= 0.5)),
    }


def rule_probability(train: pd.DataFrame, test: pd.DataFrame) -> pd.Series:
    """Returns what a rule of thumb says: the share of late flights at this hour in the training rows."""
    overall = train[LABEL].mean()
    by_hour = train.groupby(RULE)[LABEL].agg(["sum", "size"])
    # Twenty imagined flights of the average kind keep hours with few flights from 0 and 1.
    share = (by_hour["sum"] + 20 * overall) / (by_hour["size"] + 20)
    return test[RULE].map(share).fillna(overall)


def by_airport(test: pd.DataFrame) -> pd.DataFrame:
    """Returns the measures of each airport of departure with enough held-out flights, largest first."""
    slices = []
    for airport, rows in test.groupby("origin"):
        if len(rows) < SMALLEST_SLICE or rows[LABEL].nunique() < 2:
            continue
        slices.append(
            {
                "origin": airport,
                "flights": len(rows),
                "late_share": rows[LABEL].mean(),
                "mean_probability": rows[PROBABILITY].mean(),
                **measure(rows[LABEL], rows[PROBABILITY]),
            }
        )
    names = ["origin", "flights", "late_share", "mean_probability", "auc", "log_loss", "brier", "accuracy"]
    table = pd.DataFrame(slices, columns=names)
    return table.sort_values(["flights", "origin"], ascending=[False, True]).reset_index(drop=True)


def calibration(test: pd.DataFrame) -> pd.DataFrame:
    """Returns, for tenths of the rows by probability, what was said and what happened."""
    tenth = pd.qcut(test[PROBABILITY].rank(method="first"), 10, labels=False) + 1
    grouped = test.groupby(tenth)
    return (
        pd.DataFrame(
            {
                "flights": grouped.size(),
                "mean_probability": grouped[PROBABILITY].mean(),
                "late_share": grouped[LABEL].mean(),
            }
        )
        .rename_axis("tenth")
        .reset_index()
    )


def report(metrics: dict[str, float], airports: pd.DataFrame) -> str:
    """Returns the summary in Markdown."""
    lines = ["| | model | by hour alone |", "| --- | --: | --: |"]
    for key in ("auc", "log_loss", "brier", "accuracy"):
        lines.append(f"| {key} | {metrics[key]:.4f} | {metrics[f'baseline_{key}']:.4f} |")
    better = metrics["log_loss"] < metrics["baseline_log_loss"]
    verdict = "better than" if better else "**no better than**"
    lines += ["", f"By log-loss the model is {verdict} the rule by hour."]
    if len(airports):
        lines += ["", "| airport | flights | late | predicted | auc |", "| --- | --: | --: | --: | --: |"]
    for row in airports.head(10).itertuples():
        lines.append(
            f"| {row.origin} | {row.flights} | {row.late_share:.1%} | {row.mean_probability:.1%} | {row.auc:.3f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Writes work/evaluation."""
    if not (TRAINED_MODEL / "model.joblib").exists():
        raise DataError(f"{TRAINED_MODEL} holds no model: run the step train first.")
    train, test = read_rows(TRAIN_ROWS), read_rows(TEST_ROWS)
    test[PROBABILITY] = load(str(TRAINED_MODEL)).probabilities(test)
    metrics = measure(test[LABEL], test[PROBABILITY])
    rule = measure(test[LABEL], rule_probability(train, test))
    metrics.update({f"baseline_{key}": value for key, value in rule.items()})
    metrics["mean_probability"] = float(test[PROBABILITY].mean())
    metrics["late_share"] = float(test[LABEL].mean())
    airports = by_airport(test)

    EVALUATION.mkdir(parents=True, exist_ok=True)
    (EVALUATION / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    airports.to_csv(EVALUATION / "airports.csv", index=False, float_format="%.5f", lineterminator="\n")
    calibration(test).to_csv(EVALUATION / "calibration.csv", index=False, float_format="%.5f", lineterminator="\n")
    text = report(metrics, airports)
    (EVALUATION / "summary.md").write_text(text + "\n", encoding="utf-8")
    log_metrics(metrics)
    summary(text)


if __name__ == "__main__":
    try:
        main()
    except DataError as error:
        sys.exit(f"error: {error}")
