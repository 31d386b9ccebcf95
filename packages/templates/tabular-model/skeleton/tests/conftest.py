from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from {{ values.package }}.settings import DATA

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def no_run(monkeypatch):
    """Keeps tests away from the run that may have started them."""
    monkeypatch.delenv("TRELLIS_PARAMETERS", raising=False)
    monkeypatch.delenv("TRELLIS_OUTPUT", raising=False)


@pytest.fixture
def flights() -> pd.DataFrame:
    """Every tenth flight of January, as the file has them."""
    return pd.read_csv(ROOT / "data" / "flights-2001-01.csv").iloc[::10].reset_index(drop=True)


@pytest.fixture
def folder(tmp_path, monkeypatch, flights) -> Path:
    """A work folder with a little data, which is also the current one."""
    monkeypatch.chdir(tmp_path)
    DATA.mkdir()
    flights.to_csv(DATA / "flights.csv", index=False)
    (tmp_path / "MODEL_CARD.md").write_text((ROOT / "MODEL_CARD.md").read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path
