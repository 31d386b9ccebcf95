"""Reads the flights, and says clearly what is wrong with them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from {{ values.package }}.settings import DELAY, FEATURES, INPUTS, LABEL, TIME, Feature

# A few impossible rows are dropped and counted; more than this share is a fault of the source.
BAD_ROWS_SHARE = 0.01
SMALLEST_TRAIN = 200
SMALLEST_TEST = 50
DELAY_RANGE = (-180, 2_000)


class DataError(Exception):
    """The data cannot be used; the message lists every reason."""


def read_flights(folder: Path) -> pd.DataFrame:
    """Reads every CSV file of the folder, in order of time. Raises DataError."""
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        raise DataError(f"There are no CSV files in {folder}/.")
    frames = []
    for path in paths:
        frame = pd.read_csv(path, keep_default_na=True, dtype=text_columns())
        missing = [name for name in (TIME, *INPUTS, DELAY) if name not in frame.columns]
        if missing:
            raise DataError(f"{path} has no column {', '.join(missing)}.")
        frames.append(frame[[TIME, *INPUTS, DELAY]])
    flights = pd.concat(frames, ignore_index=True)
    try:
        flights[TIME] = pd.to_datetime(flights[TIME], format="ISO8601")
    except ValueError as error:
        raise DataError(f'The column "{TIME}" holds something that is not a time: {error}') from None
    return flights.sort_values(TIME, kind="stable").reset_index(drop=True)


def text_columns() -> dict[str, str]:
    """Returns the columns that pandas must not take for numbers."""
    return {feature.name: "object" for feature in FEATURES if feature.type == "string"}


def check(flights: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Returns the rows that can be used and notes on what was dropped.

    Raises DataError, with every fault found, when a column has the wrong type, is missing
    too often, or leaves its range in more than a few rows.
    """
    faults: list[str] = []
    notes: list[str] = []
    bad = pd.Series(False, index=flights.index)
    label = Feature(DELAY, "double", "", lowest=DELAY_RANGE[0], highest=DELAY_RANGE[1])
    for feature in (*FEATURES, label):
        column_bad, fault, note = check_column(flights[feature.name], feature)
        bad |= column_bad
        faults += [fault] if fault else []
        notes += [note] if note else []
    if faults:
        raise DataError("The data does not pass its checks:\n- " + "\n- ".join(faults))
    return flights[~bad].reset_index(drop=True), notes


def check_column(column: pd.Series, feature: Feature) -> tuple[pd.Series, str, str]:
    """Returns which rows cannot be used, a fault that stops the run, and a note; both may be empty."""
    none = pd.Series(False, index=column.index)
    if feature.type != "string" and not pd.api.types.is_numeric_dtype(column):
        example = column[pd.to_numeric(column, errors="coerce").isna() & column.notna()].iloc[0]
        return none, f'"{feature.name}" must be a number, but a row has "{example}".', ""
    missing = column.isna()
    allowed = feature.missing_share if not feature.required else BAD_ROWS_SHARE
    if missing.mean() > allowed:
        fault = f'"{feature.name}" is missing in {missing.mean():.1%} of the rows, {allowed:.0%} may be.'
        return none, fault, ""
    bad = missing if feature.required else none
    if feature.lowest is not None and feature.highest is not None:
        outside = column.notna() & ~column.between(feature.lowest, feature.highest)
        if outside.mean() > BAD_ROWS_SHARE:
            reach = f"{column.min():g} to {column.max():g}"
            limits = f"{feature.lowest:g} to {feature.highest:g}"
            fault = f'"{feature.name}" must be {limits}; it reaches {reach} and {outside.mean():.1%} are outside.'
            return none, fault, ""
        bad = bad | outside
    note = f'{int(bad.sum())} rows dropped for "{feature.name}"' if bad.any() else ""
    return bad, "", note


def add_label(flights: pd.DataFrame, threshold_minutes: float) -> pd.DataFrame:
    """Adds the label: late means more than the threshold."""
    return flights.assign(**{LABEL: (flights[DELAY] > threshold_minutes).astype(int)})


def split_by_time(
    flights: pd.DataFrame, until: str, holdout_days: int, history_days: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Splits the flights up to and including the day `until`: the last days are held out.

    `history_days` counts back from `until`, 0 keeps everything. Raises DataError when
    either side is too small or has only one outcome.
    """
    try:
        last = date.fromisoformat(until[:10])
    except ValueError:
        raise DataError(f'The parameter "until" must be a day such as 2001-01-31, got "{until}".') from None
    end = pd.Timestamp(last + timedelta(days=1))
    start = end - pd.Timedelta(days=history_days) if history_days else flights[TIME].min()
    cut = end - pd.Timedelta(days=holdout_days)
    time = flights[TIME]
    train = flights[(time >= start) & (time < cut)]
    test = flights[(time >= cut) & (time < end)]
    for name, rows, smallest in (("training", train, SMALLEST_TRAIN), ("held-out", test, SMALLEST_TEST)):
        if len(rows) < smallest:
            known = f"{time.min():%Y-%m-%d} to {time.max():%Y-%m-%d}"
            raise DataError(
                f"Only {len(rows)} {name} rows up to {last} (at least {smallest} are needed); the data is of {known}."
            )
        if rows[LABEL].nunique() < 2:
            raise DataError(f"All {name} rows have the same outcome; there is nothing to learn.")
    return train.reset_index(drop=True), test.reset_index(drop=True)


def read_rows(path: Path) -> pd.DataFrame:
    """Reads rows that `prepare` wrote. Raises DataError when they are not there."""
    if not path.exists():
        raise DataError(f"{path} is not there: run the step that makes it first.")
    return pd.read_csv(path, dtype=text_columns(), parse_dates=[TIME])
