from __future__ import annotations

import pandas as pd
import pytest

from {{ values.package }}.data import DataError, add_label, check, read_flights, split_by_time
from {{ values.package }}.settings import DATA, DELAY, LABEL, TIME


def test_the_data_that_came_with_the_project_passes_its_checks(folder):
    flights = read_flights(DATA)
    kept, _ = check(flights)
    assert len(kept) > 0.99 * len(flights)


def test_a_missing_column_is_named(folder, flights):
    flights.drop(columns="distance").to_csv(DATA / "flights.csv", index=False)
    with pytest.raises(DataError, match="no column distance"):
        read_flights(DATA)


def test_every_fault_is_named_at_once(flights):
    flights = flights.astype({"hour": object, "distance": float})
    flights.loc[0, "hour"] = "noon"
    flights.loc[: len(flights) // 2, "distance"] = -5
    with pytest.raises(DataError) as caught:
        check(flights)
    assert '"hour" must be a number, but a row has "noon"' in str(caught.value)
    assert '"distance" must be 1 to 10000' in str(caught.value)


def test_missing_values_are_allowed_only_where_declared(flights):
    half = flights.index < len(flights) // 10
    check(flights.assign(route_delay_7d=flights["route_delay_7d"].mask(half)))
    with pytest.raises(DataError, match='"origin" is missing in 10'):
        check(flights.assign(origin=flights["origin"].mask(half)))


def test_a_few_impossible_rows_are_dropped_and_counted(flights):
    flights.loc[:2, DELAY] = 100_000
    kept, notes = check(flights)
    assert len(kept) == len(flights) - 3
    assert notes == ['3 rows dropped for "delay"']


def test_late_means_more_than_the_threshold():
    labelled = add_label(pd.DataFrame({DELAY: [14, 15, 16]}), 15)
    assert labelled[LABEL].tolist() == [0, 0, 1]


def test_the_last_days_are_held_out_and_later_ones_left_aside(flights):
    flights[TIME] = pd.to_datetime(flights[TIME])
    train, test = split_by_time(add_label(flights, 15), "2001-01-20", 5, 0)
    assert train[TIME].max() < pd.Timestamp("2001-01-16") <= test[TIME].min()
    assert test[TIME].max() < pd.Timestamp("2001-01-21")
    recent, _ = split_by_time(add_label(flights, 15), "2001-01-20", 5, 10)
    assert recent[TIME].min() >= pd.Timestamp("2001-01-11")


@pytest.mark.parametrize("until", ["1999-01-01", "soon"])
def test_a_day_without_data_is_refused(flights, until):
    flights[TIME] = pd.to_datetime(flights[TIME])
    with pytest.raises(DataError, match=until):
        split_by_time(add_label(flights, 15), until, 7, 0)
