"""Answers predictions of one model over HTTP on the loopback address.

    python -m trellis.serve --model model --port 0 --address-file address

`GET /ready` is 200 once the model is loaded, 503 while it loads. `POST /predict` with
`{"rows": [{...}]}` is 200 `{"predictions": [{...}]}`, or 400 `{"error": "..."}` when the
model refuses the rows. Traces of faults go to standard error, never to the caller.

SIGTERM and SIGINT: no new requests, those under way finish, the process ends within five
seconds. A model that cannot be loaded ends the process with exit code 1.

Numeric libraries get one thread a request, unless OMP_NUM_THREADS and its like say otherwise.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Optional, Protocol

BODY_LIMIT_BYTES = 64 * 1024 * 1024
IDLE_TIMEOUT_SECONDS = 300
DRAIN_SECONDS = 4.0
DESCRIPTION_FILE = "trellis-model.json"
# Requests already run beside one another. Threads within one only make it wait for the slowest.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Model(Protocol):
    """What a loader returns."""

    def predict(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Returns one answer for each row, in order. Raises ValueError to refuse the rows."""


class ModelError(Exception):
    """The model folder or its loader is at fault; the message says what to mend."""


class RequestError(Exception):
    """A request is answered with an error: the HTTP status and one sentence."""

    def __init__(self, status: int, message: str) -> None:
        """Keeps the HTTP status beside the message."""
        super().__init__(message)
        self.status = status


def load_model(folder: str) -> Model:
    """Loads the model of a folder by the loader that its description names.

    Raises ModelError when the description, the loader or its result is not as it must be.
    """
    description_path = Path(folder) / DESCRIPTION_FILE
    try:
        description = json.loads(description_path.read_text(encoding="utf-8"))
        loader_name = str(description["loader"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{description_path} does not name a loader: {error!r}") from error
    module_name, separator, function_name = loader_name.partition(":")
    if not separator or not module_name or not function_name:
        raise ModelError(f'The loader "{loader_name}" must read "package.module:function".')
    try:
        loader = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError) as error:
        raise ModelError(f'The loader "{loader_name}" was not found: {error}. Is the source on PYTHONPATH?') from error
    model = loader(folder)
    if not callable(getattr(model, "predict", None)):
        raise ModelError(f'The loader "{loader_name}" returned something without predict(rows).')
    return model


class Worker:
    """The model, whether it is loaded, and how many requests are under way."""

    def __init__(self) -> None:
        """Starts without a model."""
        self.model: Optional[Model] = None
        self._changed = threading.Condition()
        self._active = 0
        self._draining = False
        # More threads inside a numeric library than cores only take turns.
        self._slots = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))

    @contextmanager
    def under_way(self) -> Iterator[Model]:
        """Counts a request, its answer included, and lends the model. Raises RequestError."""
        with self._changed:
            if self.model is None:
                raise RequestError(503, "The model is still being loaded.")
            if self._draining:
                raise RequestError(503, "This worker is stopping.")
            model = self.model
            self._active += 1
        try:
            yield model
        finally:
            with self._changed:
                self._active -= 1
                self._changed.notify_all()

    def predict(self, model: Model, body: bytes) -> dict[str, Any]:
        """Answers the body of one prediction request. Raises RequestError."""
        rows = _rows_of(body)
        with self._slots:
            return {"predictions": _answers(model, rows)}

    def drain(self, seconds: float) -> bool:
        """Refuses new requests and waits for those under way. False when time ran out."""
        with self._changed:
            self._draining = True
            return self._changed.wait_for(lambda: self._active == 0, timeout=seconds)


def _rows_of(body: bytes) -> list[dict[str, Any]]:
    try:
        content = json.loads(body)
    except ValueError as error:
        raise RequestError(400, f"The body is not JSON: {error}") from error
    rows = content.get("rows") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise RequestError(400, 'The body must be an object with a list named "rows".')
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            raise RequestError(400, f"Row {index} is not an object of feature names and values.")
    return rows


def _answers(model: Model, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not rows:
        return []
    try:
        answers = model.predict(rows)
    except ValueError as error:
        raise RequestError(400, str(error)) from error
    if not isinstance(answers, list) or len(answers) != len(rows):
        raise TypeError(f"predict must return a list of {len(rows)} answers, one for each row")
    return answers


def _encode(content: dict[str, Any]) -> bytes:
    # allow_nan=False: NaN is not JSON, and a caller must not have to guess what it means.
    return json.dumps(content, default=_plain, allow_nan=False).encode("utf-8")


def _plain(value: Any) -> Any:
    # Arrays' scalars and arrays themselves know how to become plain values; nothing else is guessed.
    for name in ("item", "tolist"):
        convert = getattr(value, name, None)
        if callable(convert):
            return convert()
    raise TypeError(f"a prediction holds a {type(value).__name__}, which JSON does not know")


class Handler(BaseHTTPRequestHandler):
    """One connection: keep-alive, one write a response."""

    protocol_version = "HTTP/1.1"
    server_version = "trellis-serve"
    sys_version = ""
    timeout = IDLE_TIMEOUT_SECONDS
    # Head and body leave in one packet; the default would send two and wait for an answer between.
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True
    worker: Worker

    def do_GET(self) -> None:
        """Answers /ready."""
        if self.path != "/ready":
            self._send(404, {"error": f"There is no {self.path} here."})
        elif self.worker.model is None:
            self._send(503, {"error": "The model is still being loaded."})
        else:
            self._send(200, {"ready": True})

    def do_POST(self) -> None:
        """Answers /predict."""
        try:
            body = self._body()
            if self.path != "/predict":
                raise RequestError(404, f"There is no {self.path} here.")
            with self.worker.under_way() as model:
                self._predict(model, body)
        except RequestError as error:
            self._send(error.status, {"error": str(error)})
        except (ConnectionError, TimeoutError, socket.timeout):
            self.close_connection = True

    def _predict(self, model: Model, body: bytes) -> None:
        try:
            self._send_bytes(200, _encode(self.worker.predict(model, body)))
        except RequestError as error:
            self._send(error.status, {"error": str(error)})
        except (ConnectionError, TimeoutError, socket.timeout):
            raise
        except Exception:
            traceback.print_exc()
            self._send(500, {"error": "The model failed on this request; its log says why."})

    def log_message(self, format: str, *args: Any) -> None:
        """Stays silent: the gateway keeps the record of requests."""

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length")
        if length is None or not length.isdigit():
            self.close_connection = True
            raise RequestError(411, "The request needs a Content-Length.")
        size = int(length)
        if size > BODY_LIMIT_BYTES:
            self.close_connection = True
            raise RequestError(413, f"The body is larger than {BODY_LIMIT_BYTES} bytes.")
        body = self.rfile.read(size)
        if len(body) < size:
            raise ConnectionError("the caller left before its request was complete")
        return body

    def _send(self, status: int, content: dict[str, Any]) -> None:
        self._send_bytes(status, _encode(content))

    def _send_bytes(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Keep-Alive", f"timeout={IDLE_TIMEOUT_SECONDS}")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()


class Server(ThreadingHTTPServer):
    """A thread for each connection; idle connections do not hold up the end of the process."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that goes away is not worth a trace; anything else is."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError, socket.timeout)):
            super().handle_error(request, client_address)


def create_server(worker: Worker, host: str, port: int) -> Server:
    """Returns a server that listens on host and port (0 = any free port) and answers for the worker."""
    handler = type("WorkerHandler", (Handler,), {"worker": worker})
    return Server((host, port), handler)


def _write_whole(path: str, text: str) -> None:
    temporary = f"{path}.{os.getpid()}.tmp"
    Path(temporary).write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def run(
    folder: str,
    port: int = 0,
    address_file: Optional[str] = None,
    ready_file: Optional[str] = None,
    load: Callable[[str], Model] = load_model,
) -> int:
    """Serves the model of a folder until SIGTERM or SIGINT and returns the exit code.

    The address is written to `address_file` once the server listens, and to `ready_file`
    once the model is loaded.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = Worker()
    server = create_server(worker, "127.0.0.1", port)
    address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.5}, daemon=True).start()
    if address_file:
        _write_whole(address_file, address)
    failures: list[BaseException] = []

    def load_then_answer() -> None:
        try:
            worker.model = load(folder)
            if ready_file:
                _write_whole(ready_file, address)
            print(f"ready at {address}", flush=True)
        except BaseException as error:
            failures.append(error)
            stop.set()

    # Beside the main thread, so that a signal ends the process while a large model still loads.
    threading.Thread(target=load_then_answer, daemon=True).start()
    stop.wait()
    server.shutdown()
    server.server_close()
    if failures:
        _explain(failures[0])
        return 1
    if not worker.drain(DRAIN_SECONDS):
        print(f"stopped with requests under way after {DRAIN_SECONDS:g} s", file=sys.stderr)
    return 0


def _explain(error: BaseException) -> None:
    if isinstance(error, ModelError):
        print(f"The model cannot be served. {error}", file=sys.stderr, flush=True)
        return
    print("The model cannot be served: its loader failed.", file=sys.stderr)
    traceback.print_exception(type(error), error, error.__traceback__)


def main(arguments: Optional[list[str]] = None) -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="trellis.serve", description="Serve one model over HTTP.")
    parser.add_argument("--model", required=True, help="the model folder")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes any free port")
    parser.add_argument("--address-file", help="write the address here once listening")
    parser.add_argument("--ready-file", help="write the address here once the model is loaded")
    options = parser.parse_args(arguments)
    # Read when the model's libraries are loaded, so set before; what the environment says wins.
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    code = run(options.model, options.port, options.address_file, options.ready_file)
    sys.stdout.flush()
    sys.stderr.flush()
    # A library's own threads must not keep a stopped worker alive.
    os._exit(code)


if __name__ == "__main__":
    main()
