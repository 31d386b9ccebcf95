"""What this project calls things. `settings.json` beside this file lists the features."""

import json
from pathlib import Path

SETTINGS = json.loads(Path(__file__).with_name("settings.json").read_text(encoding="utf-8"))
NUMERIC = {feature["name"]: feature for feature in SETTINGS["numeric"]}
CATEGORICAL = {feature["name"]: feature for feature in SETTINGS["categorical"]}
LABEL = SETTINGS["label"]
OUTPUT = SETTINGS["output"]
IS_CLASSIFICATION = SETTINGS["task"] == "classification"
