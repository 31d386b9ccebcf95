"""Looks at the data: rows, missing values, share of the label."""

import trellis

from .rows import read_rows
from .settings import CATEGORICAL, LABEL, NUMERIC


def main():
    """Fails when a value is missing."""
    rows = read_rows("data/rows.csv")
    missing = sum(1 for row in rows for name in (*NUMERIC, *CATEGORICAL) if row[name] in ("", None))
    trellis.log_metrics({"rows": len(rows), "missing_values": missing, "label_mean": sum(row[LABEL] for row in rows) / len(rows)})
    trellis.summary(f"{len(rows):,} rows, {missing} missing values.")
    if missing:
        raise SystemExit(f"{missing} values are missing")


if __name__ == "__main__":
    main()
