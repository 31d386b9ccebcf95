"""Step 2: grows the trees and keeps as many as the newest training days ask for."""

from __future__ import annotations

import json
import sys

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from {{ values.package }}.data import DataError, read_rows
from {{ values.package }}.reporting import log_metrics, log_params, parameters, progress, summary
from {{ values.package }}.settings import (
    CATEGORICAL,
    INPUTS,
    LABEL,
    NUMERIC,
    SEED,
    TRAIN_ROWS,
    TRAINED_MODEL,
)

TREES_BETWEEN_POINTS = 10
VALIDATION_SHARE = 0.2


def build(max_depth: int, learning_rate: float, rows: int) -> Pipeline:
    """Returns an untrained pipeline; rare and unseen categories share one place, missing numbers are known."""
    encode = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        min_frequency=max(2, min(200, rows // 60)),
        max_categories=200,
    )
    columns = ColumnTransformer([("category", encode, list(CATEGORICAL)), ("number", "passthrough", list(NUMERIC))])
    classifier = HistGradientBoostingClassifier(
        categorical_features=list(range(len(CATEGORICAL))),
        max_iter=TREES_BETWEEN_POINTS,
        max_depth=max_depth,
        learning_rate=learning_rate,
        min_samples_leaf=max(5, min(60, rows // 100)),
        l2_regularization=5.0,
        early_stopping=False,
        warm_start=True,
        random_state=SEED,
    )
    return Pipeline([("columns", columns), ("trees", classifier)])


def grow(model: Pipeline, rows: pd.DataFrame, validation: pd.DataFrame, trees: int) -> int:
    """Grows the model on rows, reports a curve, and returns the number of trees with the least loss."""
    columns, classifier = model.named_steps["columns"], model.named_steps["trees"]
    known = columns.fit_transform(rows[list(INPUTS)])
    unseen = columns.transform(validation[list(INPUTS)])
    best, best_loss = TREES_BETWEEN_POINTS, np.inf
    for count in range(TREES_BETWEEN_POINTS, trees + 1, TREES_BETWEEN_POINTS):
        # Each call goes on from the trees that are there.
        classifier.set_params(max_iter=count).fit(known, rows[LABEL])
        probability = classifier.predict_proba(unseen)[:, 1]
        loss = log_loss(validation[LABEL], probability, labels=[0, 1])
        log_metrics(
            {
                "train_log_loss": log_loss(rows[LABEL], classifier.predict_proba(known)[:, 1]),
                "validation_log_loss": loss,
                "validation_auc": roc_auc_score(validation[LABEL], probability),
            },
            step=count,
        )
        progress(count, trees, "trees")
        if loss < best_loss:
            best, best_loss = count, loss
    return best


def split_newest(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sets the newest rows aside; they choose the number of trees and then are learnt from too."""
    cut = int(len(rows) * (1 - VALIDATION_SHARE))
    older, newer = rows.iloc[:cut], rows.iloc[cut:]
    if older[LABEL].nunique() < 2 or newer[LABEL].nunique() < 2:
        raise DataError("The training rows, split by time, have only one outcome on one side.")
    return older, newer


def main() -> None:
    """Writes work/model."""
    given = parameters()
    if given["trees"] < TREES_BETWEEN_POINTS:
        raise DataError(f'The parameter "trees" must be at least {TREES_BETWEEN_POINTS}.')
    rows = read_rows(TRAIN_ROWS)
    older, newer = split_newest(rows)
    settings = {"max_depth": given["max_depth"], "learning_rate": given["learning_rate"]}
    best = grow(build(**settings, rows=len(older)), older, newer, given["trees"])
    model = build(**settings, rows=len(rows)).set_params(trees__max_iter=best)
    model.fit(rows[list(INPUTS)], rows[LABEL])

    TRAINED_MODEL.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, TRAINED_MODEL / "model.joblib", compress=3)
    training = {"trees": best, **settings, "rows": len(rows), "parameters": given}
    (TRAINED_MODEL / "training.json").write_text(json.dumps(training, indent=2) + "\n", encoding="utf-8")
    log_params({**settings, "trees": best, "seed": SEED})
    chosen = f"chosen on the newest {len(newer):,} of {len(rows):,} training rows"
    summary(f"{best} of at most {given['trees']} trees, {chosen}.")


if __name__ == "__main__":
    try:
        main()
    except DataError as error:
        sys.exit(f"error: {error}")
