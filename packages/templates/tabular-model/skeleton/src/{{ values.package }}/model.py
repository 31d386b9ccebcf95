"""The served model: checks rows by the declared features and answers a probability for each."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from {{ values.package }}.settings import FEATURES, INPUTS, PROBABILITY, Feature


class Model:
    """A trained pipeline behind plain rows."""

    def __init__(self, pipeline: Any) -> None:
        """Takes a fitted pipeline with predict_proba."""
        self._pipeline = pipeline

    def predict(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Returns the probability of the label for each row.

        An unseen category counts as a rare one. Raises ValueError, naming row and feature,
        when a required value is missing or a value has the wrong type.
        """
        if not rows:
            return []
        columns = {
            feature.name: [value_of(row, feature, number) for number, row in enumerate(rows)] for feature in FEATURES
        }
        return [{PROBABILITY: float(value)} for value in self.probabilities(pd.DataFrame(columns))]

    def probabilities(self, frame: pd.DataFrame) -> np.ndarray:
        """Returns probabilities for a frame that holds at least the inputs."""
        return self._pipeline.predict_proba(frame[list(INPUTS)])[:, 1]


def value_of(row: dict[str, Any], feature: Feature, number: int) -> Any:
    """Returns a row's value of a feature as the model takes it, or raises ValueError."""
    value = row.get(feature.name)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        if feature.required:
            raise ValueError(f'Row {number}: the feature "{feature.name}" is missing.')
        return None if feature.type == "string" else math.nan
    if feature.type == "string":
        if not isinstance(value, str):
            raise wrong_type(value, feature, number)
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isinf(value):
        raise wrong_type(value, feature, number)
    if feature.type == "integer" and value != int(value):
        raise wrong_type(value, feature, number)
    return float(value)


def wrong_type(value: Any, feature: Feature, number: int) -> ValueError:
    """Returns the refusal of a value."""
    text = f'Row {number}: the feature "{feature.name}" must be {feature.type}, got {value!r:.60}.'
    return ValueError(text)


def load(folder: str) -> Model:
    """Loads the model of a folder. The file is a pickle: it is only loaded in the model's own process."""
    return Model(joblib.load(Path(folder) / "model.joblib"))
