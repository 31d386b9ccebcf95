"""Step 1: puts every fifth row aside for the evaluation."""

import trellis

from .rows import read_rows, write_rows


def main():
    """Writes work/train.csv and work/test.csv."""
    rows = read_rows("data/rows.csv")
    test = rows[::5]
    train = [row for index, row in enumerate(rows) if index % 5]
    write_rows("work/train.csv", train)
    write_rows("work/test.csv", test)
    trellis.log_metrics({"rows_train": len(train), "rows_test": len(test)})
    trellis.summary(f"{len(train):,} rows to learn from, {len(test):,} held out.")


if __name__ == "__main__":
    main()
