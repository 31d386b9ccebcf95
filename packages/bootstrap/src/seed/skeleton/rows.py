"""Reads and writes the tables of the steps."""

import csv
from pathlib import Path

from .settings import LABEL, NUMERIC


def read_rows(path):
    """Returns the rows of a CSV file with numbers as numbers."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name in (*NUMERIC, LABEL):
            if name in row:
                row[name] = float(row[name])
    return rows


def write_rows(path, rows):
    """Writes rows as CSV and makes the folder."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
