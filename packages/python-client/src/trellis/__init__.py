"""What a pipeline step says to Trellis.

The same calls work in a step of a run, in a notebook and in a plain shell: where no run
is listening, metrics and progress are printed and parameters keep their defaults.

    import trellis

    parameters = trellis.parameters({"max_depth": 6})
    trellis.progress(10, 200, "trees")
    trellis.log_metric("auc", 0.71, step=10)
    trellis.summary("The model ranks late flights well.")

And what a notebook asks of Trellis: `trellis.run("train", max_depth=8)` starts a pipeline.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from trellis.step import (
    log_metric,
    log_metrics,
    log_params,
    output_folder,
    parameters,
    progress,
    summary,
)

if TYPE_CHECKING:
    from trellis.pipeline_run import Run, RunFailed, run
    from trellis.portal import Portal, TrellisError, connect

__all__ = [
    "Portal",
    "Run",
    "RunFailed",
    "TrellisError",
    "connect",
    "log_metric",
    "log_metrics",
    "log_params",
    "output_folder",
    "parameters",
    "progress",
    "run",
    "summary",
]
__version__ = "0.1.0"

# Loaded when they are asked for: every step imports this package, and few speak HTTP.
_LATER = {
    "Portal": "trellis.portal",
    "Run": "trellis.pipeline_run",
    "RunFailed": "trellis.pipeline_run",
    "TrellisError": "trellis.portal",
    "connect": "trellis.portal",
    "run": "trellis.pipeline_run",
}


def __getattr__(name: str) -> Any:
    """Imports the part of the package that a name stands in."""
    if name not in _LATER:
        raise AttributeError(f"module 'trellis' has no attribute {name!r}")
    return getattr(importlib.import_module(_LATER[name]), name)
