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

from trellis import replay

INPUTS = [
    {"name": "hour", "datatype": "INT64", "shape": [-1]},
    {"name": "distance", "datatype": "FP64", "shape": [-1]},
    {"name": "origin", "datatype": "BYTES", "shape": [-1]},
    {"name": "rain", "datatype": "BOOL", "shape": [-1], "parameters": {"required": False}},
]
HEADER = "date,hour,distance,origin,rain,delay\n"


class Gateway(BaseHTTPRequestHandler):
    """As much of a gateway as a replay sees; `script` holds answers to give before the usual ones."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.requests.append(("GET", self.path, dict(self.headers), None))
        if self.path == "/serve/flight-delays-production/v2/models/flight-delays":
            self.answer(200, {"name": "flight-delays", "inputs": INPUTS})
        else:
            self.answer(404, {"error": "There is no such model."})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(("POST", self.path, dict(self.headers), body))
        self.answer(200, {"model_name": "flight-delays", "outputs": []})

    def answer(self, status, content):
        if self.server.script:
            scripted = self.server.script.pop(0)
            if scripted is None:
                self.close_connection = True
                return
            status, content = scripted
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *args):
        pass


class Replay(unittest.TestCase):
    def setUp(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
        self.server.daemon_threads = True
        self.server.requests, self.server.script = [], []
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "data.csv"
        self.write("2001-02-02T08:00,8,200,SEA,,3", "2001-02-01T07:00,7,100.5,JFK,true,-2", "2001-02-03,9,300,,0,1")
        # Waiting between tries is not what these tests are about.
        patch = mock.patch.object(replay.time, "sleep")
        self.sleep = patch.start()
        self.addCleanup(patch.stop)

    def write(self, *rows: str, header: str = HEADER):
        self.file.write_text(header + "".join(row + "\n" for row in rows))

    def run_replay(self, *options: str, deployment: str = "flight-delays-production", token: str = "secret-token"):
        url = f"http://127.0.0.1:{self.server.server_port}/serve/{deployment}"
        out, err = io.StringIO(), io.StringIO()
        with mock.patch.dict(os.environ, {"TRELLIS_TOKEN": token}):
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                arguments = ["--url", url, "--file", str(self.file), "--time-column", "date", *options]
                code = replay.main(arguments)
        self.assertNotIn("secret-token", out.getvalue() + err.getvalue())
        return code, out.getvalue(), err.getvalue()

    def bodies(self):
        return [body for method, _, _, body in self.server.requests if method == "POST"]

    def test_rows_go_in_order_of_time_as_one_tensor_a_feature(self):
        code, out, _ = self.run_replay("--batch", "2")
        self.assertEqual(code, 0)
        first, second = self.bodies()
        self.assertEqual(first["parameters"], {"event_times": ["2001-02-01T07:00", "2001-02-02T08:00"]})
        self.assertEqual(
            first["inputs"],
            [
                {"name": "hour", "datatype": "INT64", "shape": [2], "data": [7, 8]},
                {"name": "distance", "datatype": "FP64", "shape": [2], "data": [100.5, 200.0]},
                {"name": "origin", "datatype": "BYTES", "shape": [2], "data": ["JFK", "SEA"]},
                {"name": "rain", "datatype": "BOOL", "shape": [2], "data": [True, None]},
            ],
        )
        self.assertEqual(second["inputs"][2]["data"], [None])
        self.assertIn("3 of 3 rows  up to 2001-02-03", out)
        self.assertEqual(self.server.requests[-1][2]["Authorization"], "Bearer secret-token")

    def test_from_and_to_are_days_both_included(self):
        self.assertEqual(self.run_replay("--from", "2001-02-02", "--to", "2001-02-02")[0], 0)
        self.assertEqual(self.bodies()[0]["parameters"]["event_times"], ["2001-02-02T08:00"])
        code, _, err = self.run_replay("--from", "2002-01-01")
        self.assertEqual(code, 1)
        self.assertIn("no rows to send", err)

    def test_lost_connections_and_busy_answers_are_tried_again(self):
        self.server.script = [(503, {"error": "starting"}), (200, {"name": "m", "inputs": INPUTS}), None, (429, {})]
        code, _, err = self.run_replay()
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(self.sleep.call_count, 3)

    def test_the_tries_are_bounded(self):
        self.server.script = [(503, {"error": "not ready"})] * 10
        code, _, err = self.run_replay("--retries", "2")
        self.assertEqual(code, 1)
        self.assertIn("after 3 tries: 503 not ready", err)
        self.assertEqual(len(self.server.requests), 3)

    def test_a_portal_that_is_not_there_is_said_after_the_tries(self):
        self.server.shutdown()
        self.server.server_close()
        code, _, err = self.run_replay("--retries", "1")
        self.assertEqual(code, 1)
        self.assertIn("could not be used after 2 tries: no answer", err)

    def test_refusals_say_what_to_do(self):
        cases = [
            ((401, {"error": "expired"}), "access token was refused: it is wrong, revoked or expired"),
            ((403, {"error": "not a member"}), "may not use flight-delays-production: not a member"),
        ]
        for scripted, message in cases:
            with self.subTest(message):
                self.server.script = [scripted]
                code, _, err = self.run_replay()
                self.assertEqual(code, 1)
                self.assertIn(message, err)

    def test_a_missing_token_is_not_called_expired(self):
        self.server.script = [(401, {})]
        self.assertIn("access token is missing", self.run_replay(token="")[2])

    def test_an_unknown_deployment_is_named(self):
        code, _, err = self.run_replay(deployment="nothing-here")
        self.assertEqual(code, 1)
        self.assertIn('no deployment "nothing-here"', err)

    def test_a_model_whose_environment_has_a_hyphen_is_found_or_given(self):
        self.assertEqual(self.run_replay("--model", "flight-delays")[0], 0)
        url = f"http://127.0.0.1:{self.server.server_port}/serve/flight-delays-production"
        with contextlib.closing(replay.Endpoint(url, "t")) as endpoint:
            self.assertEqual(replay.find_model(endpoint, None)[0], "flight-delays")

    def test_a_refused_batch_ends_the_replay_with_the_reason(self):
        self.server.script = [(200, {"name": "m", "inputs": INPUTS}), (400, {"error": 'row 1: "hour" is missing'})]
        code, _, err = self.run_replay("--batch", "1")
        self.assertEqual(code, 1)
        self.assertIn('refused rows 1 to 1 (400): row 1: "hour" is missing', err)
        self.assertEqual(len(self.bodies()), 1)

    def test_a_feature_that_the_file_lacks_is_named_unless_it_is_not_required(self):
        self.write("2001-02-01,7,JFK", header="date,hour,origin\n")
        code, _, err = self.run_replay()
        self.assertEqual(code, 1)
        self.assertIn('needs the feature "distance"', err)
        self.write("2001-02-01,7,1,JFK", header="date,hour,distance,origin\n")
        self.assertEqual(self.run_replay()[0], 0)
        self.assertEqual([tensor["name"] for tensor in self.bodies()[-1]["inputs"]], ["hour", "distance", "origin"])

    def test_a_mistyped_value_is_named_before_it_is_sent(self):
        for row, name in (("noon,1,JFK,", "hour"), ("7.5,1,JFK,", "hour"), ("7,far,JFK,", "distance")):
            with self.subTest(row):
                self.write(f"2001-02-01,{row},0")
                code, _, err = self.run_replay()
                self.assertEqual(code, 1)
                self.assertIn(f'The feature "{name}" takes', err)
        self.assertEqual(self.bodies(), [])

    def test_bad_files_and_options_are_one_sentence(self):
        for options, message in (
            (["--time-column", "when"], 'has no column "when"'),
            (["--file", "/nowhere.csv"], "/nowhere.csv cannot be read"),
            (["--batch", "0"], "--batch"),
        ):
            with self.subTest(message):
                code, _, err = self.run_replay(*options)
                self.assertEqual(code, 1)
                self.assertIn(message, err)

    def test_addresses_that_are_no_deployment_are_refused(self):
        for url in ("ftp://host/serve/x", "http://host/", "http://host/serve/"):
            with self.subTest(url), self.assertRaises(replay.ReplayError):
                replay.Endpoint(url, "")

    def test_the_rate_is_kept_by_waiting(self):
        self.run_replay("--rate", "2", "--batch", "1")
        waits = [call.args[0] for call in self.sleep.call_args_list]
        self.assertEqual(len(waits), 3)
        self.assertGreater(waits[-1], 1.0)


if __name__ == "__main__":
    unittest.main()
