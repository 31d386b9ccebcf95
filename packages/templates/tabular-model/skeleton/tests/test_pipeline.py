from __future__ import annotations

import importlib
import json

import pandas as pd
import pytest

from {{ values.package }} import settings
from {{ values.package }}.model import load

STEPS = ("prepare", "train", "evaluate", "package")


def run_pipeline() -> None:
    for step in STEPS:
        importlib.import_module(f"{{ values.package }}.{step}").main()


@pytest.fixture
def model(folder, monkeypatch):
    monkeypatch.setitem(settings.PARAMETERS, "trees", 20)
    run_pipeline()
    return load(str(settings.MODEL))


@pytest.fixture
def description(model):
    return json.loads((settings.MODEL / "trellis-model.json").read_text(encoding="utf-8"))


def test_the_four_steps_leave_a_complete_model_folder(model, description):
    names = {path.name for path in settings.MODEL.iterdir()}
    wanted = {"trellis-model.json", "model.joblib", "reference.csv", "card.md", "metrics.json"}
    assert wanted <= names
    assert [feature["name"] for feature in description["signature"]["inputs"]] == list(settings.INPUTS)
    sample = pd.read_csv(settings.MODEL / "reference.csv")
    assert list(sample.columns) == [*settings.INPUTS, settings.PROBABILITY, settings.LABEL]
    assert "$" not in (settings.MODEL / "card.md").read_text(encoding="utf-8")
    assert 0 < model.predict([description["example"]])[0]["probability"] < 1


def test_the_same_data_gives_the_same_model(model):
    before = pd.read_csv(settings.MODEL / "reference.csv")
    run_pipeline()
    pd.testing.assert_frame_equal(before, pd.read_csv(settings.MODEL / "reference.csv"))


def test_unseen_airports_and_missing_means_are_answered(model, description):
    row = {**description["example"], "origin": "XXX", "route_delay_7d": None}
    del row["origin_delay_1d"]
    assert 0 < model.predict([row])[0]["probability"] < 1
    assert model.predict([]) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hour": "noon"}, 'Row 1: the feature "hour" must be integer'),
        ({"hour": 7.5}, 'Row 1: the feature "hour" must be integer'),
        ({"distance": True}, 'Row 1: the feature "distance" must be double'),
        ({"origin": 7}, 'Row 1: the feature "origin" must be string'),
        ({"distance": None}, 'Row 1: the feature "distance" is missing'),
    ],
)
def test_a_wrong_value_is_refused_by_row_and_name(model, description, change, message):
    good = description["example"]
    with pytest.raises(ValueError, match=message):
        model.predict([good, {**good, **change}])


def test_a_step_without_the_one_before_says_so(folder):
    from {{ values.package }} import train
    from {{ values.package }}.data import DataError

    with pytest.raises(DataError, match="run the step that makes it first"):
        train.main()


def test_parameters_of_a_run_win_over_defaults(folder, monkeypatch):
    from {{ values.package }}.reporting import parameters

    (folder / "parameters.json").write_text(json.dumps({"max_depth": "3", "until": "2001-02-28"}))
    monkeypatch.setenv("TRELLIS_PARAMETERS", str(folder / "parameters.json"))
    assert parameters()["max_depth"] == 3
    assert parameters()["until"] == "2001-02-28"
    assert parameters()["trees"] == settings.PARAMETERS["trees"]
