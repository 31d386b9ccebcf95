"""A generalised linear model in plain Python: `model.json` holds its coefficients."""

import json
import math
from pathlib import Path


class Model:
    """Answers rows of features."""

    def __init__(self, values):
        self.values = values

    def score(self, row):
        """Returns the linear score of a row; a missing number counts as the mean, an unknown word as nothing."""
        total = self.values["bias"]
        for name, one in self.values["numeric"].items():
            value = row.get(name)
            if value is not None:
                total += one["weight"] * (float(value) - one["mean"]) / one["sd"]
        for name, weights in self.values["categorical"].items():
            total += weights.get(row.get(name), 0.0)
        return total

    def answer(self, row):
        """Returns the probability, or the amount, for a row."""
        score = max(-60.0, min(60.0, self.score(row))) if self.values["task"] == "classification" else self.score(row)
        if self.values["task"] == "classification":
            return 1 / (1 + math.exp(-score))
        return self.values["scale"] * score

    def predict(self, rows):
        """Answers each row by the name of the output."""
        return [{self.values["output"]: round(self.answer(row), 4)} for row in rows]


def load(folder):
    """Loads the model from its folder."""
    return Model(json.loads(Path(folder, "model.json").read_text(encoding="utf-8")))
