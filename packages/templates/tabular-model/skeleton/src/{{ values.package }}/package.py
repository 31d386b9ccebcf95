"""Step 4: puts everything that a model version needs into one folder."""

from __future__ import annotations

import json
import shutil
import sys
from string import Template
from typing import Any

import pandas as pd

from {{ values.package }}.data import DataError, read_rows
from {{ values.package }}.model import Model, load
from {{ values.package }}.reporting import summary
from {{ values.package }}.settings import (
    CARD,
    CATEGORICAL,
    EVALUATION,
    FEATURES,
    INPUTS,
    LABEL,
    MODEL,
    MODEL_NAME,
    NUMERIC,
    PROBABILITY,
    SEED,
    TEST_ROWS,
    TIME,
    TRAIN_ROWS,
    TRAINED_MODEL,
)

REFERENCE_ROWS = 5_000


def describe(example: dict[str, Any]) -> dict[str, Any]:
    """Returns what trellis-model.json says of the model."""
    inputs = [
        {
            "name": feature.name,
            "type": feature.type,
            "required": feature.required,
            "description": feature.description,
        }
        for feature in FEATURES
    ]
    output = {"name": PROBABILITY, "type": "double", "description": "Probability of being late"}
    return {
        "format": 1,
        "name": MODEL_NAME,
        "task": "classification",
        "framework": "scikit-learn",
        "loader": "{{ values.package }}.model:load",
        "signature": {"inputs": inputs, "outputs": [output]},
        "features": {"numeric": list(NUMERIC), "categorical": list(CATEGORICAL)},
        "label": LABEL,
        "reference": "reference.csv",
        "example": example,
    }


def reference(rows: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Returns the sample that later traffic is compared with: inputs, prediction and label."""
    if len(rows) > REFERENCE_ROWS:
        rows = rows.sample(REFERENCE_ROWS, random_state=SEED).sort_index()
    sample = rows[list(INPUTS)].copy()
    sample[PROBABILITY] = model.probabilities(rows).round(6)
    sample[LABEL] = rows[LABEL]
    return sample


def example_row(rows: pd.DataFrame) -> dict[str, Any]:
    """Returns the first complete row, in plain values."""
    complete = rows.dropna(subset=list(INPUTS))
    row = (complete if len(complete) else rows).iloc[0]
    kinds = {"string": str, "integer": int, "double": float}
    return {
        feature.name: None if pd.isna(row[feature.name]) else kinds[feature.type](row[feature.name])
        for feature in FEATURES
    }


def card(train: pd.DataFrame, test: pd.DataFrame) -> str:
    """Returns MODEL_CARD.md with its $names filled from this run."""
    metrics = json.loads((EVALUATION / "metrics.json").read_text(encoding="utf-8"))
    training = json.loads((TRAINED_MODEL / "training.json").read_text(encoding="utf-8"))
    airports = pd.read_csv(EVALUATION / "airports.csv").head(10)
    slices = [
        f"| {row.origin} | {row.flights} | {row.late_share:.1%} | {row.mean_probability:.1%} | {row.auc:.3f} |"
        for row in airports.itertuples()
    ]
    values = {key: f"{value:.4f}" for key, value in metrics.items()}
    values |= {
        "late_share": f"{metrics['late_share']:.1%}",
        "trees": str(training["trees"]),
        "max_depth": str(training["max_depth"]),
        "learning_rate": str(training["learning_rate"]),
        "threshold_minutes": str(training["parameters"]["threshold_minutes"]),
        "train_rows": f"{len(train):,}",
        "test_rows": f"{len(test):,}",
        "train_from": f"{train[TIME].min():%Y-%m-%d}",
        "train_to": f"{train[TIME].max():%Y-%m-%d}",
        "test_from": f"{test[TIME].min():%Y-%m-%d}",
        "test_to": f"{test[TIME].max():%Y-%m-%d}",
        "airports": "\n".join(slices) or "| too few flights | | | | |",
    }
    return Template(CARD.read_text(encoding="utf-8")).safe_substitute(values)


def main() -> None:
    """Writes model/."""
    for path in (TRAINED_MODEL / "model.joblib", EVALUATION / "metrics.json"):
        if not path.exists():
            raise DataError(f"{path} is not there: run train and evaluate first.")
    train, test = read_rows(TRAIN_ROWS), read_rows(TEST_ROWS)
    shutil.rmtree(MODEL, ignore_errors=True)
    MODEL.mkdir(parents=True)
    for source in (TRAINED_MODEL / "model.joblib", TRAINED_MODEL / "training.json"):
        shutil.copyfile(source, MODEL / source.name)
    shutil.copyfile(EVALUATION / "metrics.json", MODEL / "metrics.json")
    model = load(str(MODEL))
    example = example_row(test)
    answer = model.predict([example])[0]
    rows = pd.concat([train, test], ignore_index=True)
    reference(rows, model).to_csv(MODEL / "reference.csv", index=False, lineterminator="\n")
    (MODEL / "card.md").write_text(card(train, test), encoding="utf-8")
    (MODEL / "trellis-model.json").write_text(json.dumps(describe(example), indent=2) + "\n", encoding="utf-8")
    summary(f"`{MODEL}/` is complete. Its example row is late with probability {answer[PROBABILITY]:.3f}.")


if __name__ == "__main__":
    try:
        main()
    except DataError as error:
        sys.exit(f"error: {error}")
