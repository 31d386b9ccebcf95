"""Step 4: puts all that a model version needs into one folder."""

import json
import shutil
from pathlib import Path
from string import Template

import trellis

from .model import load
from .rows import read_rows, write_rows
from .settings import CATEGORICAL, LABEL, NUMERIC, OUTPUT, SETTINGS


def describe(example):
    """Returns what trellis-model.json says of the model."""
    inputs = [{"name": name, "type": "double", "required": True, "description": one["description"]} for name, one in NUMERIC.items()]
    inputs += [{"name": name, "type": "string", "required": True, "description": one["description"]} for name, one in CATEGORICAL.items()]
    return {
        "format": 1,
        "name": SETTINGS["name"],
        "task": SETTINGS["task"],
        "framework": "plain Python",
        "loader": f"{__package__}.model:load",
        "signature": {"inputs": inputs, "outputs": [{"name": OUTPUT, "type": "double"}]},
        "features": {"numeric": list(NUMERIC), "categorical": list(CATEGORICAL)},
        "label": LABEL,
        "reference": "reference.csv",
        "example": example,
    }


def main():
    """Writes model/."""
    folder = Path("model")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copyfile("work/model/model.json", folder / "model.json")
    shutil.copyfile("work/evaluation/metrics.json", folder / "metrics.json")
    model, rows = load(str(folder)), read_rows("work/train.csv")
    features = [{name: row[name] for name in (*NUMERIC, *CATEGORICAL)} for row in rows]
    write_rows(folder / "reference.csv", [{**one, **model.predict([one])[0], LABEL: row[LABEL]} for one, row in zip(features, rows)])
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    table = "\n".join(f"| {name} | {value:.4f} |" for name, value in metrics.items())
    card = Template(Path("MODEL_CARD.md").read_text(encoding="utf-8")).safe_substitute(metrics=table, rows=f"{len(rows):,}")
    (folder / "card.md").write_text(card, encoding="utf-8")
    (folder / "trellis-model.json").write_text(json.dumps(describe(features[0]), indent=2) + "\n", encoding="utf-8")
    trellis.summary("`model/` is complete.")


if __name__ == "__main__":
    main()
