"""Step 2: fits the coefficients by gradient descent."""

import json
import math
from pathlib import Path

import trellis

from .model import Model
from .rows import read_rows
from .settings import CATEGORICAL, IS_CLASSIFICATION, LABEL, NUMERIC, OUTPUT, SETTINGS


def start():
    """Returns a model whose coefficients are all nothing."""
    numeric = {name: {"mean": one["mean"], "sd": one["sd"], "weight": 0.0} for name, one in NUMERIC.items()}
    categorical = {name: dict.fromkeys(one["values"], 0.0) for name, one in CATEGORICAL.items()}
    return Model({"task": SETTINGS["task"], "output": OUTPUT, "bias": 0.0, "scale": SETTINGS["scale"], "numeric": numeric, "categorical": categorical})


def error(model, row):
    """Returns how far the answer is off, in the unit of the score."""
    return (model.answer(row) - row[LABEL]) / (1.0 if IS_CLASSIFICATION else model.values["scale"])


def loss(model, rows):
    """Returns the mean log-loss, or the mean squared error of the score."""
    if not IS_CLASSIFICATION:
        return sum(error(model, row) ** 2 for row in rows) / len(rows)
    total = 0.0
    for row in rows:
        answer = min(1 - 1e-9, max(1e-9, model.answer(row)))
        total -= math.log(answer if row[LABEL] else 1 - answer)
    return total / len(rows)


def step(model, rows, rate):
    """Moves every coefficient once, against the gradient."""
    values = model.values
    gradients = {"bias": 0.0, **dict.fromkeys(NUMERIC, 0.0)}
    words = {name: dict.fromkeys(weights, 0.0) for name, weights in values["categorical"].items()}
    for row in rows:
        off = error(model, row) / len(rows)
        gradients["bias"] += off
        for name, one in values["numeric"].items():
            gradients[name] += off * (row[name] - one["mean"]) / one["sd"]
        for name, weights in words.items():
            if row[name] in weights:
                weights[row[name]] += off
    values["bias"] -= rate * gradients["bias"]
    for name, one in values["numeric"].items():
        one["weight"] -= rate * gradients[name]
    for name, weights in words.items():
        for word, gradient in weights.items():
            values["categorical"][name][word] -= rate * gradient


def main():
    """Writes work/model/model.json."""
    given = trellis.parameters({"epochs": 60, "learning_rate": 0.8})
    train, test = read_rows("work/train.csv"), read_rows("work/test.csv")
    model = start()
    for epoch in range(1, given["epochs"] + 1):
        step(model, train, given["learning_rate"])
        trellis.log_metrics({"train_loss": loss(model, train), "valid_loss": loss(model, test)}, step=epoch)
        trellis.progress(epoch, given["epochs"], "epochs")
    folder = Path("work/model")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text(json.dumps(model.values, indent=2) + "\n", encoding="utf-8")
    trellis.summary(f"{given['epochs']} epochs, loss {loss(model, test):.4f} on the rows held out.")


if __name__ == "__main__":
    main()
