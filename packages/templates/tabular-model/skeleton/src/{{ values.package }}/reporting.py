"""What a step tells its run: parameters in, metrics, progress and a summary out.

In a run the `trellis` client is on the path. Without it the same calls print, so every
step also works in a plain shell and in CI.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from {{ values.package }}.settings import PARAMETERS

try:
    from trellis import log_metrics, log_params, progress, summary
except ImportError:

    def log_metrics(values: dict[str, float], step: int | None = None) -> None:
        """Prints metrics."""
        text = "  ".join(f"{key}={value:.5g}" for key, value in values.items())
        print(text if step is None else f"[{step}] {text}", flush=True)

    def log_params(values: dict[str, Any]) -> None:
        """Prints settings."""
        print("  ".join(f"{key}={value}" for key, value in values.items()), flush=True)

    def progress(done: float, total: float, unit: str = "steps") -> None:
        """Says nothing: the metrics already show how far the work is."""

    def summary(markdown: str) -> None:
        """Prints the summary."""
        print(markdown, flush=True)


__all__ = ["log_metrics", "log_params", "parameters", "progress", "summary"]


def parameters() -> dict[str, Any]:
    """Returns the parameters of the run over the project's defaults, each in its default's type."""
    values: dict[str, Any] = dict(PARAMETERS)
    if name := os.environ.get("TRELLIS_PARAMETERS"):
        values.update(json.loads(Path(name).read_text(encoding="utf-8")))
    for key, default in PARAMETERS.items():
        try:
            values[key] = type(default)(values[key])
        except (TypeError, ValueError):
            kind = type(default).__name__
            raise SystemExit(f'The parameter "{key}" must be {kind}, got {values[key]!r}.') from None
    return values
