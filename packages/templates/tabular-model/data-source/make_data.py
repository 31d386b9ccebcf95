"""Makes the CSV files in ../skeleton/data from the flights of vega-datasets.

Run once, by hand; the result is committed. It needs pandas and pyarrow:

    npm pack vega-datasets@3.2.1 && tar xzf vega-datasets-3.2.1.tgz
    python make_data.py package/data/flights-3m.parquet

Every feature is computed from all three million flights before sampling, and only from the
timetable and from flights that had landed before, never from the flight's own delay. So
what drifts in the sample drifted in the air traffic of 2001. The same input gives the same
bytes: the seed is fixed and rows are put in a total order before they are drawn.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

SEED = 20010101
JANUARY_ROWS = 20_000
LATER_MONTH_ROWS = 7_000
SMALLEST_ROUTE_HISTORY = 5
SMALLEST_TODAY = 3
# The source has no time of arrival: a flight is taken to need 25 minutes and then fly 450 miles an hour.
TAXI_MINUTES = 25
MILES_A_MINUTE = 450 / 60
OUTPUT = Path(__file__).resolve().parent.parent / "skeleton" / "data"
COLUMNS = [
    "date",
    "hour",
    "weekday",
    "origin",
    "destination",
    "distance",
    "origin_flights",
    "origin_delay_today",
    "origin_delay_1d",
    "destination_delay_1d",
    "route_delay_7d",
    "delay",
]


def read_flights(path: str) -> pd.DataFrame:
    """Reads the flights of January to June 2001 in an order that does not depend on the file."""
    flights = pd.read_parquet(path)
    flights = flights[flights["date"] < "2001-07-01"]
    order = ["date", "origin", "destination", "distance", "delay"]
    return flights.sort_values(order, kind="stable").reset_index(drop=True)


def mean_delay_before(
    flights: pd.DataFrame, keys: list[str], days: int, smallest: int
) -> pd.Series:
    """Mean delay in minutes of the same group over the `days` days before each flight's day.

    Missing where fewer than `smallest` flights are known, as on the first of January.
    """
    daily = flights.groupby([*keys, "day"])["delay"].agg(["sum", "size"]).reset_index()

    def total(column: str) -> pd.DataFrame:
        table = daily.pivot(index="day", columns=keys, values=column).asfreq("D").fillna(0)
        return table.rolling(days, min_periods=1).sum().shift(1)

    count = total("size")
    mean = total("sum") / count.where(count >= smallest)
    long = mean.reset_index().melt(id_vars="day", value_name="mean")
    joined = flights[[*keys, "day"]].merge(long, on=[*keys, "day"], how="left")
    return joined["mean"].round(1)


def mean_delay_today(flights: pd.DataFrame) -> pd.Series:
    """Mean delay in minutes of the flights that left the same origin earlier on the day and had landed.

    Missing where fewer than three had landed, as early in the morning.
    """
    minutes = (TAXI_MINUTES + flights["distance"] / MILES_A_MINUTE).round()
    landings = flights[["origin", "day", "delay"]].assign(
        time=flights["date"] + pd.to_timedelta(minutes, unit="min")
    )
    landings = landings.sort_values("time", kind="stable")
    groups = landings.groupby(["origin", "day"])["delay"]
    landings = landings.assign(total=groups.cumsum(), count=groups.cumcount() + 1)
    departures = flights[["origin", "day"]].assign(time=flights["date"], row=flights.index)
    joined = pd.merge_asof(
        departures,
        landings[["origin", "day", "time", "total", "count"]],
        on="time",
        by=["origin", "day"],
        allow_exact_matches=False,
    ).set_index("row")
    mean = joined["total"] / joined["count"].where(joined["count"] >= SMALLEST_TODAY)
    return mean.reindex(flights.index).round(1)


def add_features(flights: pd.DataFrame) -> pd.DataFrame:
    """Adds what can be known of a flight when it leaves the gate."""
    flights = flights.assign(
        day=flights["date"].dt.normalize(),
        hour=flights["date"].dt.hour,
        weekday=flights["date"].dt.day_of_week + 1,
        route=flights["origin"] + "-" + flights["destination"],
    )
    flights["origin_flights"] = flights.groupby(["origin", "day"])["delay"].transform("size")
    flights["origin_delay_today"] = mean_delay_today(flights)
    flights["origin_delay_1d"] = mean_delay_before(flights, ["origin"], 1, 1)
    flights["destination_delay_1d"] = mean_delay_before(flights, ["destination"], 1, 1)
    flights["route_delay_7d"] = mean_delay_before(flights, ["route"], 7, SMALLEST_ROUTE_HISTORY)
    return flights


def main() -> None:
    """Writes one CSV file a month."""
    flights = add_features(read_flights(sys.argv[1]))
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for month, rows in flights.groupby(flights["date"].dt.strftime("%Y-%m")):
        size = JANUARY_ROWS if month == "2001-01" else LATER_MONTH_ROWS
        sample = rows.sample(size, random_state=SEED).sort_index()
        sample = sample.assign(date=sample["date"].dt.strftime("%Y-%m-%dT%H:%M"))
        path = OUTPUT / f"flights-{month}.csv"
        sample[COLUMNS].to_csv(path, index=False, lineterminator="\n")
        print(f"{path.name}: {size} rows, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
