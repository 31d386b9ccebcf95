"""What a pipeline step says to Trellis.

The same calls work in a step of a run, in a notebook and in a plain shell: where no run
is listening, metrics and progress are printed and parameters keep their defaults.

    import trellis

    parameters = trellis.parameters({"max_depth": 6})
    trellis.progress(10, 200, "trees")
    trellis.log_metric("auc", 0.71, step=10)
    trellis.summary("The model ranks late flights well.")
"""

from trellis.step import (
    log_metric,
    log_metrics,
    log_params,
    output_folder,
    parameters,
    progress,
    summary,
)

__all__ = [
    "log_metric",
    "log_metrics",
    "log_params",
    "output_folder",
    "parameters",
    "progress",
    "summary",
]
__version__ = "0.1.0"
