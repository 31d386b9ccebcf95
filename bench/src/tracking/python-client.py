"""What the real client takes for what a notebook does, in milliseconds, as one line of JSON."""

import json
import sys
import time

from mlflow import MlflowClient
from mlflow.entities import Metric

experiment, long_run, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = MlflowClient()
now = 1_700_000_000_000


def timed(count, call):
    call(-1)
    started = time.perf_counter()
    for index in range(count):
        call(index)
    return (time.perf_counter() - started) * 1000 / count


run = client.create_run(experiment).info.run_id
batches = client.create_run(experiment).info.run_id
print(
    json.dumps(
        {
            "one": timed(calls * 2, lambda i: client.log_metric(run, "loss", 1 / (i + 2), timestamp=now + i, step=i + 1)),
            "batch": timed(
                max(2, calls // 2),
                lambda i: client.log_batch(batches, [Metric(f"m_{k % 10}", k, now, (i + 1) * 1000 + k) for k in range(1000)]),
            ),
            "search": timed(
                max(2, calls // 4),
                lambda i: client.search_runs([experiment], "metrics.metric_1 > 0.5", order_by=["metrics.metric_1 DESC"], max_results=100),
            ),
            "history": timed(1, lambda i: client.get_metric_history(long_run, "long")),
        }
    )
)
