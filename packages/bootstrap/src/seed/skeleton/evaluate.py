"""Step 3: measures the model on the rows held out."""

import json
import math
from pathlib import Path

import trellis

from .model import load
from .rows import read_rows
from .settings import IS_CLASSIFICATION, LABEL


def ranking(pairs):
    """Returns the area under the ROC curve: how often a positive row ranks above a negative one (Mann and Whitney 1947)."""
    ordered = sorted(pairs)
    positives = sum(1 for _, label in ordered if label)
    negatives = len(ordered) - positives
    ranks = sum(rank for rank, (_, label) in enumerate(ordered, 1) if label)
    return (ranks - positives * (positives + 1) / 2) / max(1, positives * negatives)


def measure(model, rows):
    """Returns the metrics of the rows."""
    pairs = [(model.answer(row), row[LABEL]) for row in rows]
    count = len(pairs)
    if IS_CLASSIFICATION:
        clipped = [(min(1 - 1e-9, max(1e-9, answer)), label) for answer, label in pairs]
        return {
            "auc": ranking(pairs),
            "log_loss": -sum(math.log(answer if label else 1 - answer) for answer, label in clipped) / count,
            "accuracy": sum((answer >= 0.5) == bool(label) for answer, label in pairs) / count,
            "brier": sum((answer - label) ** 2 for answer, label in pairs) / count,
        }
    mean = sum(label for _, label in pairs) / count
    squares = sum((answer - label) ** 2 for answer, label in pairs)
    return {
        "rmse": math.sqrt(squares / count),
        "mae": sum(abs(answer - label) for answer, label in pairs) / count,
        "r2": 1 - squares / max(1e-9, sum((label - mean) ** 2 for _, label in pairs)),
    }


def main():
    """Writes work/evaluation/metrics.json."""
    metrics = measure(load("work/model"), read_rows("work/test.csv"))
    folder = Path("work/evaluation")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    trellis.log_metrics(metrics)
    trellis.summary(", ".join(f"{name} {value:.4f}" for name, value in metrics.items()))


if __name__ == "__main__":
    main()
