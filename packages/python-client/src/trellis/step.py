"""The files by which a step talks with the run that started it.

`TRELLIS_PARAMETERS` names a JSON file with the run's parameters. `TRELLIS_OUTPUT` names the
folder where a step leaves `metrics.jsonl`, `params.json`, `progress.json` and `summary.md`.
The run reads them while the step is at work. Neither variable is needed.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Optional, Union

Scalar = Union[str, int, float, bool, None]


def output_folder() -> Optional[Path]:
    """Returns the folder that the run reads from, or None outside a run."""
    name = os.environ.get("TRELLIS_OUTPUT")
    if not name:
        return None
    folder = Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def parameters(defaults: Optional[Mapping[str, Any]] = None) -> dict[str, Any]:
    """Returns the run's parameters over the given defaults.

    Outside a run these are the defaults alone. Raises ValueError when the file named by
    `TRELLIS_PARAMETERS` cannot be read or does not hold an object.
    """
    values = dict(defaults or {})
    name = os.environ.get("TRELLIS_PARAMETERS")
    if not name:
        return values
    try:
        given = json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"The parameters of this run cannot be read from {name}: {error}") from error
    if not isinstance(given, dict):
        raise ValueError(f"The parameters file {name} must hold one JSON object.")
    values.update(given)
    return values


def log_metric(key: str, value: float, step: Optional[int] = None) -> None:
    """Records one value of a metric; with `step` the values of a key make a curve.

    A value that is not finite cannot be drawn or compared: it is reported on standard
    error and left out, so that a diverging loss does not end the training.
    """
    log_metrics({key: value}, step)


def log_metrics(values: Mapping[str, float], step: Optional[int] = None) -> None:
    """Records several metrics of the same step at once, and prints them. See `log_metric`.

    The log tells the same story as the page.
    """
    now = time.time()
    lines: list[str] = []
    for key, raw in values.items():
        if not isinstance(key, str) or not key:
            raise ValueError(f"A metric needs a name, got {key!r}.")
        value = float(raw)
        if not math.isfinite(value):
            print(f"metric {key} is {value} and was not recorded", file=sys.stderr, flush=True)
            continue
        record: dict[str, Any] = {"key": key, "value": value, "time": round(now, 3)}
        if step is not None:
            record["step"] = int(step)
        lines.append(json.dumps(record))
    _print_metrics(values, step)
    folder = output_folder()
    if folder is not None and lines:
        _append(folder / "metrics.jsonl", "".join(line + "\n" for line in lines))


def log_params(values: Mapping[str, Scalar]) -> None:
    """Records settings that shaped the result: strings, numbers, booleans or None.

    Called again it adds to what was recorded before; a key given twice keeps the later value.
    """
    params = {str(key): _scalar(key, value) for key, value in values.items()}
    print("  ".join(f"{key}={value}" for key, value in params.items()), flush=True)
    folder = output_folder()
    if folder is None:
        return
    path = folder / "params.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    _replace(path, json.dumps({**known, **params}, indent=2) + "\n")


def progress(done: float, total: float, unit: str = "steps") -> None:
    """Says how far the step is, such as 480 of 600 "trees"."""
    folder = output_folder()
    if folder is None:
        print(f"{done:g} of {total:g} {unit}", flush=True)
        return
    _replace(folder / "progress.json", json.dumps({"done": done, "total": total, "unit": unit}))


def summary(markdown: str) -> None:
    """Leaves the step's summary, in Markdown, for the page of the run."""
    folder = output_folder()
    if folder is None:
        print(markdown, flush=True)
        return
    _replace(folder / "summary.md", markdown if markdown.endswith("\n") else markdown + "\n")


def _scalar(key: str, value: Any) -> Scalar:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    item = getattr(value, "item", None)
    if callable(item) and not isinstance(value, float):
        value = item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (str, bool, int, float)):
        return value
    raise ValueError(f"Parameter {key} must be a string, number or boolean, got {type(value).__name__}.")


def _print_metrics(values: Mapping[str, float], step: Optional[int]) -> None:
    text = "  ".join(f"{key}={float(value):.5g}" for key, value in values.items())
    print(text if step is None else f"[{step}] {text}", flush=True)


def _append(path: Path, text: str) -> None:
    # One write to a file opened for appending: processes of one step never tear each other's lines.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, text.encode("utf-8"))
    finally:
        os.close(descriptor)


def _replace(path: Path, text: str) -> None:
    # The run may read at any moment, so a reader sees the old file or the new one, never half of it.
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
