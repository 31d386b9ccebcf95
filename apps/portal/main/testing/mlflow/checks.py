"""Runs named checks one after the other and prints what each found as one line of JSON."""

import json
import os
import traceback
import warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

import mlflow  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402

IS_3 = int(mlflow.__version__.split(".", 1)[0]) >= 3
_checks = []


def check(name, only_3=False):
    """Marks a function as a check; `only_3`: of something that older clients do not have."""

    def mark(function):
        if IS_3 or not only_3:
            _checks.append((name, function))
        return function

    return mark


def refused(code, call, *args, **kwargs):
    """The message with which the portal refuses the call, for exactly this reason."""
    try:
        call(*args, **kwargs)
    except MlflowException as error:
        assert error.error_code == code, f"{error.error_code}: {error}"
        return str(error)
    raise AssertionError("It was not refused.")


def main():
    findings = {}
    for name, function in _checks:
        try:
            function()
            findings[name] = "ok"
        except Exception:  # noqa: BLE001
            findings[name] = traceback.format_exc(limit=-6)
        finally:
            while mlflow.active_run():
                mlflow.end_run()
    print("FINDINGS " + json.dumps(findings), flush=True)
