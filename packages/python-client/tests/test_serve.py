from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

from trellis import serve

SOURCE = Path(__file__).resolve().parent.parent / "src"
LOADER = """
import os
import threading
from pathlib import Path

class Model:
    def __init__(self, folder):
        self.folder = Path(folder)

    def predict(self, rows):
        if rows[0].get("wait"):
            (self.folder / "waiting").touch()
            while not (self.folder / "go").exists():
                threading.Event().wait(0.01)
        if rows[0].get("threads"):
            return [{"y": os.environ["OMP_NUM_THREADS"]}]
        if rows[0].get("fail"):
            raise RuntimeError("a secret of the model")
        if rows[0].get("short"):
            return []
        if rows[0].get("nan"):
            return [{"y": float("nan")}]
        for number, row in enumerate(rows):
            if "x" not in row:
                raise ValueError(f'Row {number}: the feature "x" is missing.')
        return [{"y": 2 * row["x"]} for row in rows]

def load(folder):
    return Model(folder)

def broken(folder):
    raise OSError("the weights are gone")

def empty(folder):
    return object()
"""


class Server(unittest.TestCase):
    """One worker process for all cases: they do not change it."""

    loader = "loader_of_tests:load"

    @classmethod
    def start(cls, folder: Path) -> subprocess.Popen:
        (folder / "loader_of_tests.py").write_text(LOADER)
        (folder / "trellis-model.json").write_text(json.dumps({"loader": cls.loader}))
        command = [sys.executable, "-m", "trellis.serve", "--model", str(folder), "--port", "0"]
        command += ["--address-file", str(folder / "address"), "--ready-file", str(folder / "ready")]
        environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{SOURCE}", "PYTHONUNBUFFERED": "1"}
        pipes = {"stdout": subprocess.PIPE, "stderr": (folder / "log").open("w"), "text": True}
        process = subprocess.Popen(command, env=environment, **pipes)
        pipes["stderr"].close()
        # The worker says when it is ready, or ends; either way this line comes.
        process.stdout.readline()
        return process

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.process = self.start(self.folder)
        self.addCleanup(self.process.stdout.close)
        self.addCleanup(self.stop)
        self.address = (self.folder / "address").read_text()

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=10)

    def connect(self):
        host, port = self.address[len("http://") :].split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=20)
        self.addCleanup(connection.close)
        return connection

    def call(self, connection, rows):
        connection.request("POST", "/predict", json.dumps({"rows": rows}))
        response = connection.getresponse()
        return response.status, json.loads(response.read())

    def test_it_answers_each_row_over_one_kept_connection(self):
        connection = self.connect()
        connection.request("GET", "/ready")
        response = connection.getresponse()
        self.assertEqual((response.status, json.loads(response.read())), (200, {"ready": True}))
        port = connection.sock.getsockname()
        self.assertEqual(self.call(connection, [{"x": 1}, {"x": 2.5}]), (200, {"predictions": [{"y": 2}, {"y": 5.0}]}))
        self.assertEqual(self.call(connection, []), (200, {"predictions": []}))
        self.assertEqual(connection.sock.getsockname(), port)
        self.assertEqual((self.folder / "ready").read_text(), self.address)

    def test_what_the_model_refuses_is_400_and_the_connection_lives_on(self):
        connection = self.connect()
        self.assertEqual(self.call(connection, [{"x": 1}, {}]), (400, {"error": 'Row 1: the feature "x" is missing.'}))
        self.assertEqual(self.call(connection, [7])[0], 400)
        for body, message in (("{", "not JSON"), ("[]", '"rows"'), ('{"rows": 1}', '"rows"')):
            connection.request("POST", "/predict", body)
            response = connection.getresponse()
            self.assertEqual(response.status, 400)
            self.assertIn(message, json.loads(response.read())["error"])
        self.assertEqual(self.call(connection, [{"x": 1}])[0], 200)

    def test_a_fault_of_the_model_is_500_and_its_trace_stays_in_the_log(self):
        connection = self.connect()
        for flag in ("fail", "short", "nan"):
            status, content = self.call(connection, [{flag: True, "x": 1}])
            self.assertEqual((status, list(content)), (500, ["error"]))
            self.assertNotIn("secret", content["error"])
            self.assertNotIn("Traceback", content["error"])
        self.assertIn("RuntimeError: a secret of the model", (self.folder / "log").read_text())

    def test_a_request_gets_one_thread_of_numeric_libraries(self):
        self.assertEqual(self.call(self.connect(), [{"threads": True}]), (200, {"predictions": [{"y": "1"}]}))

    def test_other_paths_and_missing_or_huge_lengths_are_refused(self):
        connection = self.connect()
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        self.assertEqual(response.status, 404)
        host, port = self.address[len("http://") :].split(":")
        for head, status in (("", 411), (f"Content-Length: {10**12}\r\n", 413)):
            with socket.create_connection((host, int(port)), timeout=20) as raw:
                raw.sendall(f"POST /predict HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
                self.assertIn(str(status).encode(), raw.makefile("rb").readline())

    def test_sigterm_lets_a_request_under_way_finish(self):
        connection = self.connect()
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.call(connection, [{"wait": True, "x": 4}])))
        thread.start()
        while not (self.folder / "waiting").exists():
            self.assertIsNone(self.process.poll())
        self.process.send_signal(signal.SIGTERM)
        refused = self.wait_until_refused()
        (self.folder / "go").touch()
        thread.join(timeout=20)
        self.assertEqual(answers, [(200, {"predictions": [{"y": 8}]})])
        self.assertTrue(refused)
        self.assertEqual(self.process.wait(timeout=10), 0)

    def wait_until_refused(self):
        while True:
            try:
                with self.connect_raw():
                    pass
            except ConnectionRefusedError:
                return True
            except ConnectionResetError:
                # It was waiting to be accepted when the worker stopped listening.
                continue

    def connect_raw(self):
        host, port = self.address[len("http://") :].split(":")
        return socket.create_connection((host, int(port)), timeout=20)

    def test_sigterm_ends_an_idle_worker_with_open_connections(self):
        connection = self.connect()
        self.call(connection, [{"x": 1}])
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(timeout=10), 0)


class Loading(unittest.TestCase):
    def run_with(self, description: str):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "loader_of_tests.py").write_text(LOADER)
            (folder / "trellis-model.json").write_text(description)
            environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{SOURCE}"}
            command = [sys.executable, "-m", "trellis.serve", "--model", name]
            return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    def test_a_model_that_cannot_be_loaded_ends_the_process_with_the_reason(self):
        cases = {
            "{": "does not name a loader",
            "{}": "does not name a loader",
            '{"loader": "loader_of_tests"}': 'must read "package.module:function"',
            '{"loader": "nowhere:load"}': "No module named 'nowhere'",
            '{"loader": "loader_of_tests:nothing"}': "was not found",
            '{"loader": "loader_of_tests:empty"}': "without predict(rows)",
            '{"loader": "loader_of_tests:broken"}': "the weights are gone",
        }
        for description, message in cases.items():
            with self.subTest(description):
                done = self.run_with(description)
                self.assertEqual(done.returncode, 1)
                self.assertIn(message, done.stderr)

    def test_ready_is_503_until_the_model_is_there(self):
        worker = serve.Worker()
        server = serve.create_server(worker, "127.0.0.1", 0)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            connection = http.client.HTTPConnection(*server.server_address[:2], timeout=20)
            for method, path in (("GET", "/ready"), ("POST", "/predict")):
                connection.request(method, path, "{}" if method == "POST" else None)
                response = connection.getresponse()
                response.read()
                self.assertEqual(response.status, 503)
            connection.close()
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


if __name__ == "__main__":
    unittest.main()
