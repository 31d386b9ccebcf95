"""What this project calls things: folders, the label, the features, the parameters.

Change a feature here and every step, the model's schema and the monitor follow.
Only the standard library is imported, so that `replay` runs without an environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MODEL_NAME = "{{ values.slug }}"
DATA = Path("data")
TRAIN_ROWS = Path("work/train.csv")
TEST_ROWS = Path("work/test.csv")
TRAINED_MODEL = Path("work/model")
EVALUATION = Path("work/evaluation")
MODEL = Path("model")
CARD = Path("MODEL_CARD.md")

TIME = "date"
DELAY = "delay"
LABEL = "late"
PROBABILITY = "probability"
SEED = 2001

# Defaults for a plain shell. In a run, trellis.yaml and the run's form decide.
PARAMETERS = {
    "until": "2001-01-31",
    "holdout_days": 7,
    "history_days": 0,
    "threshold_minutes": {{ values.threshold_minutes }},
    "max_depth": {{ values.max_depth }},
    "learning_rate": 0.06,
    "trees": 200,
}


@dataclass(frozen=True)
class Feature:
    """One input of the model: `type` is double, integer or string; the range is inclusive."""

    name: str
    type: str
    description: str
    required: bool = True
    lowest: float | None = None
    highest: float | None = None
    missing_share: float = 0.0


FEATURES = (
    Feature("hour", "integer", "Hour of departure, local time", lowest=0, highest=23),
    Feature("weekday", "integer", "1 is Monday, 7 is Sunday", lowest=1, highest=7),
    Feature("origin", "string", "Airport of departure, IATA code"),
    Feature("destination", "string", "Airport of arrival, IATA code"),
    Feature("distance", "double", "Miles between the two", lowest=1, highest=10_000),
    Feature(
        "origin_flights",
        "integer",
        "Flights that leave the origin on this day",
        lowest=1,
        highest=5_000,
    ),
    Feature(
        "origin_delay_today",
        "double",
        "Mean delay of flights that left the origin earlier today and have landed, minutes",
        required=False,
        lowest=-200,
        highest=2_000,
        missing_share=0.3,
    ),
    Feature(
        "origin_delay_1d",
        "double",
        "Mean delay at the origin the day before, minutes",
        required=False,
        lowest=-200,
        highest=2_000,
        missing_share=0.2,
    ),
    Feature(
        "destination_delay_1d",
        "double",
        "Mean delay of flights leaving the destination the day before, minutes",
        required=False,
        lowest=-200,
        highest=2_000,
        missing_share=0.2,
    ),
    Feature(
        "route_delay_7d",
        "double",
        "Mean delay on this route over the seven days before, minutes",
        required=False,
        lowest=-200,
        highest=2_000,
        missing_share=0.3,
    ),
)
INPUTS = tuple(feature.name for feature in FEATURES)
CATEGORICAL = tuple(feature.name for feature in FEATURES if feature.type == "string")
NUMERIC = tuple(feature.name for feature in FEATURES if feature.type != "string")
