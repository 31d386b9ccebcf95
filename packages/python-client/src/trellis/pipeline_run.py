"""Starts pipelines from a notebook or a script, and shows how they go.

import trellis

run = trellis.run("train", max_depth=8)   # in a notebook: the cell shows the progress
run.wait()                                # in a script: prints it; raises RunFailed
run.metrics["auc"]
"""

from __future__ import annotations

import html
import os
import re
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Optional

from trellis.portal import Portal, TrellisError, connect

ENDED = ("succeeded", "failed", "errored", "cancelled")
MARKS = {
    "succeeded": "✓",
    "cached": "✓",
    "running": "▸",
    "failed": "✗",
    "errored": "✗",
    "cancelled": "✗",
    "skipped": "-",
}


class RunFailed(TrellisError):
    """A run that was waited for did not succeed; the message says which step and why."""


class Run:
    """A run of a pipeline. What it knows is read by `refresh`, `wait` and the display of a notebook."""

    def __init__(self, portal: Portal, project: str, run_id: str) -> None:
        """Takes the portal, the name of the project and the id of the run."""
        self._portal = portal
        self._project = project
        self._watcher: Optional[threading.Thread] = None
        self.id = run_id
        self._state: dict[str, Any] = {}
        self.refresh()

    @property
    def number(self) -> int:
        """Number of the run within its project."""
        return int(self._state["number"])

    @property
    def status(self) -> str:
        """`queued`, `running`, `cancelling`, `succeeded`, `failed`, `errored` or `cancelled`, as last read."""
        return str(self._state["status"])

    @property
    def ended(self) -> bool:
        """Whether it is over, as last read."""
        return self.status in ENDED

    @property
    def url(self) -> str:
        """Address of its page."""
        return f"{self._portal.url}/projects/{self._project}/runs/{self.number}"

    @property
    def metrics(self) -> dict[str, float]:
        """Last value of each metric, as last read."""
        return {row["key"]: row["value"] for row in self._state.get("metrics", [])}

    @property
    def versions(self) -> list[str]:
        """Model versions that it registered, such as `flights 3`."""
        return [f"{row['modelName']} {row['version']}" for row in self._state.get("versions", [])]

    @property
    def steps(self) -> dict[str, str]:
        """State of each step, in the order of the pipeline, as last read."""
        return {row["key"]: row["status"] for row in self._state.get("steps", [])}

    def refresh(self) -> Run:
        """Reads its state now. Returns itself."""
        self._state = self._portal.call("GET", "/run", runId=self.id)
        return self

    def cancel(self) -> None:
        """Asks it to stop, with everything that it started."""
        self._portal.call("POST", f"/runs/{self.id}/cancel", {})

    def wait(self, timeout: Optional[float] = None) -> Run:
        """Waits for the end and shows the progress: in a notebook as a table, else in lines.

        Raises RunFailed when it did not succeed and TimeoutError after `timeout` seconds.
        Returns itself.
        """
        over = threading.Event()
        timer = threading.Timer(timeout, over.set) if timeout is not None else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            self._follow(_notebook_display() or _Lines(sys.stdout), over)
        finally:
            if timer:
                timer.cancel()
        if not self.ended:
            raise TimeoutError(
                f"Run {self.number} of {self._project} is not over after {timeout:g} seconds. It goes on: {self.url}"
            )
        if self.status != "succeeded":
            raise RunFailed(
                f"Run {self.number} of {self._project} {self.status}: "
                f"{self._state.get('reason') or 'no reason given'} {self.url}"
            )
        return self

    def _follow(self, show: Callable[[Run], None], over: threading.Event) -> None:
        show(self)
        while not self.ended and not over.is_set():
            try:
                for _ in self._portal.changes(f"run:{self.id}"):
                    show(self.refresh())
                    if self.ended or over.is_set():
                        return
                show(self.refresh())
            except TrellisError as error:
                # A portal that is started anew: the run goes on without it.
                if error.code != "UNAVAILABLE":
                    raise
                over.wait(2.0)

    def _ipython_display_(self) -> None:
        display = _notebook_display()
        if display is None:
            print(repr(self))
            return
        if self.ended:
            display(self)
        elif self._watcher is None or not self._watcher.is_alive():
            # The cell ends at once; its output goes on to change until the run is over.
            self._watcher = threading.Thread(target=self._follow, args=(display, threading.Event()), daemon=True)
            self._watcher.start()

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{MARKS.get(step['status'], '·')}</td><td>{html.escape(step['key'])}</td>"
            f"<td>{html.escape(step['status'])}</td><td>{html.escape(_told(step))}</td></tr>"
            for step in self._state.get("steps", [])
        )
        metrics = ", ".join(f"{html.escape(key)} = {value:.5g}" for key, value in self.metrics.items())
        return (
            f"<div><b>{html.escape(self._project)}</b> "
            f'<a href="{html.escape(self.url)}" target="_blank">run {self.number}</a>: '
            f"{html.escape(self.status)}<table>{rows}</table>{metrics}</div>"
        )

    def __repr__(self) -> str:
        """Returns number, project, status and address."""
        return f"<Run {self.number} of {self._project}: {self.status}, {self.url}>"


def run(
    pipeline: str,
    parameters: Optional[Mapping[str, Any]] = None,
    *,
    project: Optional[str] = None,
    portal: Optional[Portal] = None,
    **more: Any,
) -> Run:
    """Starts a pipeline and returns its run; parameters may be given by name.

    The project is `project`, else `TRELLIS_PROJECT`, else what `trellis.yaml` in this folder
    or one above says. Raises TrellisError when the portal refuses, with its words.
    """
    portal = portal or connect()
    name = project or os.environ.get("TRELLIS_PROJECT") or _project_of_folder()
    started = portal.call(
        "POST", f"/projects/{name}/pipelines/{pipeline}/runs", {"parameters": {**(parameters or {}), **more}}
    )
    return Run(portal, name, started["runId"])


def _project_of_folder() -> str:
    here = Path.cwd()
    for folder in (here, *here.parents):
        file = folder / "trellis.yaml"
        if file.is_file():
            found = re.search(r"^project:\s*[\"']?([a-z0-9-]+)", file.read_text(encoding="utf-8"), re.MULTILINE)
            if found:
                return found.group(1)
    raise TrellisError(
        'Which project? Give project="name", or work in a folder of the project\'s repository.', "INVALID"
    )


class _Lines:
    """Prints each change of a step once; on a terminal also how far the step that runs is."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._seen: dict[str, str] = {}
        self._is_terminal = bool(getattr(stream, "isatty", lambda: False)())
        self._greeted = False

    def __call__(self, shown: Run) -> None:
        if not self._greeted:
            self._print(f"Run {shown.number}: {shown.url}")
            self._greeted = True
        for step in shown._state.get("steps", []):
            if step["status"] != self._seen.get(step["key"], "waiting"):
                self._seen[step["key"]] = step["status"]
                self._print(
                    f"{MARKS.get(step['status'], '·')} {step['key']} {step['status']}"
                    + (f" ({step['reason']})" if step.get("reason") else "")
                )
        moving = [
            f"{step['key']} {_told(step)}"
            for step in shown._state.get("steps", [])
            if step["status"] == "running" and _told(step)
        ]
        if self._is_terminal and moving:
            self._stream.write("\r\x1b[K" + ", ".join(moving))
            self._stream.flush()
        if shown.ended:
            metrics = "  ".join(f"{key}={value:.5g}" for key, value in shown.metrics.items())
            self._print(
                " ".join(part for part in (f"Run {shown.number} {shown.status}.", *shown.versions, metrics) if part)
            )

    def _print(self, line: str) -> None:
        self._stream.write(("\r\x1b[K" if self._is_terminal else "") + line + "\n")
        self._stream.flush()


def _told(step: Mapping[str, Any]) -> str:
    progress = step.get("progress")
    if step["status"] == "running" and progress:
        return f"{progress['done']:g} of {progress['total']:g} {progress['unit']}".strip()
    return str(step.get("reason") or "")


def _notebook_display() -> Optional[Callable[[Run], None]]:
    """Draws a run into the output of the cell that is being run; None outside a notebook."""
    shell = sys.modules.get("IPython")
    instance = shell.get_ipython() if shell else None
    if instance is None or not hasattr(instance, "kernel"):
        return None
    from IPython.display import HTML, display

    handle = display(HTML(""), display_id=True)
    return lambda shown: handle.update(HTML(shown._repr_html_()))
