from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

import trellis


class Gate(BaseHTTPRequestHandler):
    """As much of a portal as a run sees: each change of its topic moves the run one state on."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, self.headers["Authorization"], body))
        if "unknown" in body.get("parameters", {}):
            issues = [{"path": "parameters.unknown", "message": "There is no parameter unknown."}]
            self.answer(
                400, {"error": {"code": "BAD_REQUEST", "message": "There is no parameter unknown.", "issues": issues}}
            )
        else:
            self.answer(200, {"runId": "7f", "number": 3})

    def do_GET(self):
        if self.path.startswith("/api/events"):
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            with contextlib.suppress(OSError):
                while self.server.states:
                    self.wfile.write(b"event: change\ndata: run:7f\n\n")
                    self.wfile.flush()
                    self.server.read.wait(5)
                    self.server.read.clear()
            return
        state = self.server.states.pop(0) if len(self.server.states) > 1 else self.server.states[0]
        self.server.read.set()
        self.answer(200, state)

    def answer(self, status, content):
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *args):
        pass


def state(status, step="running", done=None, reason=""):
    progress = None if done is None else {"done": done, "total": 4, "unit": "trees"}
    return {
        "number": 3,
        "status": status,
        "reason": reason,
        "steps": [{"key": "train", "status": step, "reason": "", "progress": progress}],
        "metrics": [{"key": "auc", "value": 0.71}],
        "versions": [{"modelName": "flights", "version": 2}] if status == "succeeded" else [],
    }


class StartingARun(unittest.TestCase):
    def setUp(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Gate)
        self.server.requests = []
        self.server.states = [state("running", done=1), state("running", done=3), state("succeeded", "succeeded")]
        self.server.read = threading.Event()
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        url = f"http://127.0.0.1:{self.server.server_port}"
        environment = mock.patch.dict(
            os.environ, {"TRELLIS_URL": url, "TRELLIS_TOKEN": "trl_x", "TRELLIS_PROJECT": "flights"}
        )
        environment.start()
        self.addCleanup(environment.stop)

    def wait(self, run, **more):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            run.wait(**more)
        return output.getvalue()

    def test_starts_with_named_parameters_and_follows_to_the_end(self):
        run = trellis.run("train", {"until": "2001-01-31"}, max_depth=8)
        self.assertEqual(
            self.server.requests,
            [
                (
                    "/api/v1/projects/flights/pipelines/train/runs",
                    "Bearer trl_x",
                    {"parameters": {"until": "2001-01-31", "max_depth": 8}},
                )
            ],
        )
        lines = self.wait(run)
        self.assertIn(f"Run 3: {run.url}\n▸ train running\n✓ train succeeded\n", lines)
        self.assertTrue(lines.endswith("Run 3 succeeded. flights 2 auc=0.71\n"))
        self.assertEqual(
            (run.status, run.ended, run.metrics, run.versions, run.steps),
            ("succeeded", True, {"auc": 0.71}, ["flights 2"], {"train": "succeeded"}),
        )

    def test_tells_why_a_run_failed(self):
        self.server.states = [state("running"), state("failed", "failed", reason="train: exit code 1")]
        with self.assertRaisesRegex(trellis.RunFailed, r"Run 3 of flights failed: train: exit code 1 http"):
            self.wait(trellis.run("train"))

    def test_gives_up_waiting_and_lets_the_run_go_on(self):
        self.server.states = [state("running")]
        with self.assertRaisesRegex(TimeoutError, "It goes on"):
            self.wait(trellis.run("train"), timeout=0.05)

    def test_says_what_the_portal_refuses(self):
        with self.assertRaisesRegex(trellis.TrellisError, "There is no parameter unknown") as caught:
            trellis.run("train", unknown=1)
        self.assertEqual(caught.exception.issues[0]["path"], "parameters.unknown")

    def test_draws_names_as_text_in_a_notebook(self):
        self.server.states = [
            {**state("running", done=2), "steps": [{"key": "<b>", "status": "running", "reason": "", "progress": None}]}
        ]
        self.assertIn("&lt;b&gt;", trellis.run("train")._repr_html_())

    def test_finds_the_project_of_the_folder(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, {"TRELLIS_PROJECT": ""}):
            inner = Path(folder) / "notebooks"
            inner.mkdir()
            (Path(folder) / "trellis.yaml").write_text("version: 1\nproject: churn\n", encoding="utf-8")
            with mock.patch("pathlib.Path.cwd", return_value=inner):
                trellis.run("train")
            with mock.patch("pathlib.Path.cwd", return_value=Path(folder).parent / "elsewhere"):
                self.assertRaisesRegex(trellis.TrellisError, "Which project", trellis.run, "train")
        self.assertEqual(self.server.requests[-1][0], "/api/v1/projects/churn/pipelines/train/runs")

    def test_takes_the_sign_in_that_the_command_line_keeps(self):
        url = os.environ["TRELLIS_URL"]
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, {"XDG_CONFIG_HOME": folder}):
            os.environ.pop("TRELLIS_URL")
            os.environ.pop("TRELLIS_TOKEN")
            self.assertRaisesRegex(trellis.TrellisError, "trellis login", trellis.run, "train")
            (Path(folder) / "trellis").mkdir()
            (Path(folder) / "trellis" / "credentials.json").write_text(
                json.dumps({"url": url, "token": "trl_kept"}), encoding="utf-8"
            )
            trellis.run("train")
        self.assertEqual(self.server.requests[-1][1], "Bearer trl_kept")

    def test_names_a_portal_that_does_not_answer(self):
        with mock.patch.dict(os.environ, {"TRELLIS_URL": "http://127.0.0.1:9"}):
            self.assertRaisesRegex(trellis.TrellisError, "http://127.0.0.1:9 does not answer", trellis.run, "train")


class ImportingThePackage(unittest.TestCase):
    def test_speaks_no_http_until_it_must(self):
        import subprocess
        import sys

        look = "print('urllib.request' in sys.modules)"
        code = f"import sys, trellis; {look}; trellis.run; {look}"
        output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        self.assertEqual(output, "False\nTrue\n")


if __name__ == "__main__":
    unittest.main()
