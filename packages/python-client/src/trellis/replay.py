"""Sends the rows of CSV files to a deployed model, as traffic that comes in the order of its time.

    python -m trellis.replay --url http://localhost:3000/serve/flight-delays-production --file data.csv

Speaks the Open Inference Protocol: one tensor a feature, with the datatypes that the model's
metadata states, and `parameters.event_times` with one ISO 8601 time a row. An empty cell is
sent as null, a missing value. Standard library only; the token is read from an environment variable.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple, Optional
from urllib.parse import quote, urlsplit

REQUEST_TIMEOUT_SECONDS = 60.0
RETRY_STATUSES = (429, 502, 503, 504)
LONGEST_WAIT_SECONDS = 8.0
EMPTY = ("", "NA", "NaN", "nan", "null", "None")


class ReplayError(Exception):
    """The replay cannot go on; the message says why and what to do."""


class Feature(NamedTuple):
    """One input tensor of the model."""

    name: str
    datatype: str
    required: bool


class Endpoint:
    """A deployment reached over one kept-alive connection, with a bounded number of retries."""

    def __init__(self, url: str, token: str, retries: int = 5) -> None:
        """Takes the deployment's address, such as http://localhost:3000/serve/flight-delays-production."""
        parts = urlsplit(url if "//" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ReplayError(f"{url} is not an http or https address.")
        segments = [segment for segment in parts.path.split("/") if segment]
        if "serve" not in segments or segments[-1] == "serve":
            raise ReplayError(f"{url} must end in /serve/<deployment>, such as /serve/churn-production.")
        self.deployment = segments[segments.index("serve") + 1]
        self.origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._path = "/" + "/".join(segments[: segments.index("serve") + 2])
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._token = token
        self._retries = retries
        self._connection: Optional[http.client.HTTPConnection] = None

    def close(self) -> None:
        """Closes the connection; the next call opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def call(self, method: str, path: str, body: Optional[dict[str, Any]] = None) -> tuple[int, Any]:
        """Returns status and content of one call below the deployment.

        Tries again after connection errors and after answers that ask for patience.
        Raises ReplayError when the tries are used up or the token is refused.
        """
        reason = ""
        for attempt in range(self._retries + 1):
            if attempt:
                time.sleep(min(LONGEST_WAIT_SECONDS, 0.25 * 2**attempt))
            try:
                status, content = self._send(method, self._path + path, body)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                reason = f"no answer ({error or type(error).__name__})"
                continue
            if status not in RETRY_STATUSES:
                return self._checked(status, content)
            reason = f"{status} {_message(content)}"
        raise ReplayError(f"{self.origin} could not be used after {self._retries + 1} tries: {reason}.")

    def _send(self, method: str, path: str, body: Optional[dict[str, Any]]) -> tuple[int, Any]:
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            self._connection = kind(self._host, self._port, timeout=REQUEST_TIMEOUT_SECONDS)
        headers = {"Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode("utf-8")
            headers["Content-Type"] = "application/json"
        self._connection.request(method, path, body=data, headers=headers)
        response = self._connection.getresponse()
        raw = response.read()
        if response.will_close:
            self.close()
        try:
            return response.status, json.loads(raw) if raw else None
        except ValueError:
            return response.status, raw.decode("utf-8", "replace")[:500]

    def _checked(self, status: int, content: Any) -> tuple[int, Any]:
        if status == 401:
            state = "was refused: it is wrong, revoked or expired" if self._token else "is missing"
            raise ReplayError(
                f"The access token {state}. Make a new one at {self.origin} (settings, access tokens)"
                " and put it into the environment variable."
            )
        if status == 403:
            raise ReplayError(f"This token may not use {self.deployment}: {_message(content)}")
        return status, content


def _message(content: Any) -> str:
    if isinstance(content, dict):
        error = content.get("error", content.get("message", content))
        content = error.get("message", error) if isinstance(error, dict) else error
    return str(content)[:500] if content else "no reason given"


def find_model(endpoint: Endpoint, name: Optional[str] = None) -> tuple[str, list[Feature]]:
    """Returns the model's name and inputs, from its metadata.

    Without a name it is taken from the deployment's, which is the model's name, a hyphen and
    the environment's. Raises ReplayError when nothing answers there.
    """
    words = endpoint.deployment.split("-")
    names = [name] if name else ["-".join(words[:end]) for end in range(len(words) - 1, 0, -1)]
    reason = f'Its name must read "<model>-<environment>", got "{endpoint.deployment}".'
    for candidate in names:
        status, content = endpoint.call("GET", f"/v2/models/{quote(candidate, safe='')}")
        if status == 200 and isinstance(content, dict) and isinstance(content.get("inputs"), list):
            return candidate, [_feature(item) for item in content["inputs"]]
        reason = f"{status}: {_message(content)}"
    raise ReplayError(f'There is no deployment "{endpoint.deployment}" at {endpoint.origin} that you may use. {reason}')


def _feature(tensor: dict[str, Any]) -> Feature:
    parameters = tensor.get("parameters")
    required = parameters.get("required", True) if isinstance(parameters, dict) else True
    return Feature(str(tensor["name"]), str(tensor["datatype"]).upper(), required is not False)


def read_rows(
    files: list[str], time_column: Optional[str], since: Optional[str], until: Optional[str]
) -> list[dict[str, str]]:
    """Reads CSV files with a header, keeps the days from `since` to `until`, both included, in order of time.

    Raises ReplayError when a file cannot be read or has no such time column.
    """
    rows: list[dict[str, str]] = []
    for name in files:
        try:
            with open(name, newline="", encoding="utf-8-sig") as stream:
                reader = csv.DictReader(stream)
                if time_column and time_column not in (reader.fieldnames or []):
                    have = ", ".join(reader.fieldnames or []) or "no header"
                    raise ReplayError(f'{name} has no column "{time_column}" for the time; it has {have}.')
                rows.extend(reader)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise ReplayError(f"{name} cannot be read: {error}") from error
    if not time_column:
        return rows

    def inside(row: dict[str, str]) -> bool:
        day = row[time_column]
        return (not since or day[: len(since)] >= since) and (not until or day[: len(until)] <= until)

    return sorted((row for row in rows if inside(row)), key=lambda row: row[time_column])


def infer_request(features: list[Feature], rows: list[dict[str, str]], time_column: Optional[str]) -> dict[str, Any]:
    """Returns the body of an inference request for the rows. Raises ReplayError naming feature and value."""
    tensors = []
    for feature in features:
        if feature.name not in rows[0]:
            if not feature.required:
                continue
            have = ", ".join(rows[0])
            raise ReplayError(
                f'The model needs the feature "{feature.name}", which the file does not have. It has {have}.'
            )
        data = [_value(feature, row.get(feature.name), row) for row in rows]
        tensors.append({"name": feature.name, "datatype": feature.datatype, "shape": [len(rows)], "data": data})
    body: dict[str, Any] = {"inputs": tensors}
    if time_column:
        body["parameters"] = {"event_times": [row[time_column] for row in rows]}
    return body


def _value(feature: Feature, text: Optional[str], row: dict[str, str]) -> Any:
    if text is None or text.strip() in EMPTY:
        return None
    try:
        if feature.datatype == "BOOL":
            return {"true": True, "1": True, "false": False, "0": False}[text.strip().lower()]
        if feature.datatype.startswith(("INT", "UINT")):
            number = float(text)
            if number != int(number):
                raise ValueError
            return int(number)
        if feature.datatype.startswith("FP"):
            return float(text)
    except (ValueError, KeyError, OverflowError):
        raise ReplayError(
            f'The feature "{feature.name}" takes {feature.datatype}, but a row has "{text}": {row}'
        ) from None
    return text


def batches(rows: list[dict[str, str]], size: int) -> Iterator[list[dict[str, str]]]:
    """Yields the rows in lists of at most `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def replay(
    endpoint: Endpoint,
    rows: list[dict[str, str]],
    model: Optional[str] = None,
    time_column: Optional[str] = None,
    batch: int = 50,
    rate: Optional[float] = None,
) -> int:
    """Sends the rows and returns how many were answered.

    `rate` is the greatest number of rows a second; without it they go as fast as they are
    answered. Raises ReplayError at the first batch that is refused.
    """
    if not rows:
        raise ReplayError("There are no rows to send: the files or the dates leave nothing.")
    name, features = find_model(endpoint, model)
    started = shown = time.monotonic()
    sent = 0
    for part in batches(rows, batch):
        body = infer_request(features, part, time_column)
        status, content = endpoint.call("POST", f"/v2/models/{quote(name, safe='')}/infer", body)
        if status != 200:
            raise ReplayError(
                f"The model refused rows {sent + 1} to {sent + len(part)} ({status}): {_message(content)}"
            )
        sent += len(part)
        now = time.monotonic()
        if now - shown >= 1 or sent == len(rows):
            shown = now
            when = f"  up to {part[-1][time_column]}" if time_column else ""
            print(f"{sent} of {len(rows)} rows{when}", flush=True)
        if rate:
            time.sleep(max(0.0, started + sent / rate - time.monotonic()))
    seconds = max(time.monotonic() - started, 1e-9)
    print(f"Sent {sent} rows to {endpoint.deployment} in {seconds:.1f} s ({sent / seconds:.0f} a second).")
    return sent


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that every replay has: token, dates, batch, rate, retries."""
    parser.add_argument("--token-env", default="TRELLIS_TOKEN", help="variable that holds the access token")
    parser.add_argument("--from", dest="since", help="first day, such as 2001-02-01")
    parser.add_argument("--to", dest="until", help="last day, included")
    parser.add_argument("--batch", type=int, default=50, help="rows in a request (50)")
    parser.add_argument("--rate", type=float, help="at most so many rows a second")
    parser.add_argument("--retries", type=int, default=5, help="tries after a failed one (5)")


def run(options: argparse.Namespace, files: list[str], time_column: Optional[str]) -> int:
    """Runs a replay by parsed options and returns the exit code; errors are one sentence on standard error."""
    try:
        if options.batch < 1 or options.retries < 0 or (options.rate is not None and options.rate <= 0):
            raise ReplayError("--batch and --rate must be positive and --retries not negative.")
        rows = read_rows(files, time_column, options.since, options.until)
        token = os.environ.get(options.token_env, "").strip()
        with closing(Endpoint(options.url, token, options.retries)) as endpoint:
            replay(endpoint, rows, options.model, time_column, options.batch, options.rate)
    except ReplayError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return 0


def main(arguments: Optional[list[str]] = None) -> int:
    """Runs the command line and returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="trellis.replay", description="Send the rows of CSV files to a deployed model."
    )
    parser.add_argument("--url", required=True, help="http://host/serve/<deployment>")
    parser.add_argument("--file", action="append", required=True, help="CSV file with a header; may be repeated")
    parser.add_argument("--model", help="the model's name, when the deployment's does not tell")
    parser.add_argument("--time-column", help="column with the time of the event")
    add_options(parser)
    options = parser.parse_args(arguments)
    return run(options, options.file, options.time_column)


if __name__ == "__main__":
    sys.exit(main())
