"""Step 1: checks the flights, adds the label, holds out the last days."""

from __future__ import annotations

import sys

import pandas as pd

from {{ values.package }}.data import DataError, add_label, check, read_flights, split_by_time
from {{ values.package }}.reporting import log_metrics, log_params, parameters, summary
from {{ values.package }}.settings import DATA, LABEL, TEST_ROWS, TIME, TRAIN_ROWS


def main() -> None:
    """Writes work/train.csv and work/test.csv."""
    given = parameters()
    flights, notes = check(read_flights(DATA))
    flights = add_label(flights, given["threshold_minutes"])
    train, test = split_by_time(flights, given["until"], given["holdout_days"], given["history_days"])
    for path, rows in ((TRAIN_ROWS, train), (TEST_ROWS, test)):
        path.parent.mkdir(parents=True, exist_ok=True)
        rows.to_csv(path, index=False, lineterminator="\n")
    names = ("until", "holdout_days", "history_days", "threshold_minutes")
    log_params({name: given[name] for name in names})
    log_metrics(
        {
            "train_rows": len(train),
            "test_rows": len(test),
            "train_late_share": train[LABEL].mean(),
            "test_late_share": test[LABEL].mean(),
        }
    )
    lines = ["| rows | from | to | number | late |", "| --- | --- | --- | --: | --: |"]
    lines += [describe("training", train), describe("held out", test)]
    lines += ["", *(f"- {note}" for note in notes)]
    summary("\n".join(lines).rstrip())


def describe(name: str, rows: pd.DataFrame) -> str:
    """Returns one line of the summary's table."""
    first, last = rows[TIME].min(), rows[TIME].max()
    share = f"{rows[LABEL].mean():.1%}"
    return f"| {name} | {first:%Y-%m-%d} | {last:%Y-%m-%d} | {len(rows):,} | {share} |"


if __name__ == "__main__":
    try:
        main()
    except DataError as error:
        sys.exit(f"error: {error}")
