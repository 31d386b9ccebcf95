from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from {{ values.package }} import replay
from {{ values.package }}.settings import FEATURES, INPUTS, MODEL_NAME

DATATYPES = {"double": "FP64", "integer": "INT64", "string": "BYTES"}


class Gateway(BaseHTTPRequestHandler):
    """As much of a gateway as a replay sees."""

    protocol_version = "HTTP/1.1"
    received: list

    def do_GET(self):
        inputs = [{"name": f.name, "datatype": DATATYPES[f.type], "shape": [-1]} for f in FEATURES]
        self.answer({"name": MODEL_NAME, "inputs": inputs})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.received.append((self.path, body))
        self.answer({"model_name": MODEL_NAME, "outputs": []})

    def answer(self, content):
        data = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *args):
        pass


@pytest.fixture
def gateway():
    handler = type("Recording", (Gateway,), {"received": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler.received
    server.shutdown()
    server.server_close()


def test_replay_sends_a_tensor_for_each_feature_with_event_times(gateway):
    url, received = gateway
    code = replay.main(["--url", url, "--from", "2001-02-01", "--to", "2001-02-02", "--batch", "200"])
    assert code == 0
    path, body = received[0]
    assert path == f"/serve/{MODEL_NAME}-production/v2/models/{MODEL_NAME}/infer"
    assert [tensor["name"] for tensor in body["inputs"]] == list(INPUTS)
    times = [time for _, body in received for time in body["parameters"]["event_times"]]
    assert times == sorted(times)
    assert times[0] >= "2001-02-01"
    assert times[-1] < "2001-02-03"
    assert len(body["parameters"]["event_times"]) == 200 == body["inputs"][0]["shape"][0]


def test_replay_without_rows_says_so(gateway, capsys):
    assert replay.main(["--url", gateway[0], "--from", "2010-01-01"]) == 1
    assert "no rows to send" in capsys.readouterr().err
