"""Experiments, runs, metrics, files and searches, as a notebook uses them."""

import json
import math
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
from checks import check, main, refused
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.tracking import MlflowClient

client = MlflowClient()


def run_in(experiment, **kwargs):
    mlflow.set_experiment(experiment)
    return mlflow.start_run(**kwargs)


@check("logs without naming an experiment")
def _():
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1.0)
    found = mlflow.get_run(run.info.run_id)
    assert client.get_experiment(found.info.experiment_id).name == "Default"
    assert client.get_experiment("0").experiment_id == found.info.experiment_id


@check("makes an experiment by its name, once")
def _():
    first = mlflow.set_experiment("basics")
    assert mlflow.set_experiment("basics").experiment_id == first.experiment_id
    assert first.name == "basics" and first.lifecycle_stage == "active"
    assert first.artifact_location.startswith("mlflow-artifacts:/")
    assert first.creation_time > 1_700_000_000_000
    refused("RESOURCE_ALREADY_EXISTS", client.create_experiment, "basics")
    assert client.get_experiment_by_name("there is none") is None


@check("tags, renames, deletes and restores an experiment")
def _():
    experiment_id = client.create_experiment("short lived", tags={"a": "1"})
    client.set_experiment_tag(experiment_id, "b", "2")
    client.rename_experiment(experiment_id, "renamed")
    assert client.get_experiment(experiment_id).tags == {"a": "1", "b": "2"}
    client.delete_experiment(experiment_id)
    assert client.get_experiment(experiment_id).lifecycle_stage == "deleted"
    assert client.get_experiment_by_name("renamed").lifecycle_stage == "deleted"
    refused("INVALID_PARAMETER_VALUE", client.create_run, experiment_id)
    client.restore_experiment(experiment_id)
    assert client.get_experiment(experiment_id).lifecycle_stage == "active"
    refused("RESOURCE_DOES_NOT_EXIST", client.get_experiment, "2000000000")


@check("logs parameters, metrics and tags one by one")
def _():
    with run_in("basics", run_name="first", tags={"purpose": "test"}, description="A *run*") as run:
        mlflow.log_param("depth", 6)
        mlflow.log_metric("loss", 0.5, step=1)
        mlflow.log_metric("loss", 0.25, step=2)
        mlflow.set_tag("colour", "blue")
    found = client.get_run(run.info.run_id)
    assert found.info.status == "FINISHED" and found.info.run_name == "first"
    assert found.info.end_time >= found.info.start_time
    assert found.data.params == {"depth": "6"} and found.data.metrics == {"loss": 0.25}
    tags = found.data.tags
    assert tags["colour"] == "blue" and tags["purpose"] == "test" and tags["mlflow.runName"] == "first"
    assert tags["mlflow.note.content"] == "A *run*"


@check("logs many at once")
def _():
    with run_in("basics") as run:
        mlflow.log_params({f"p{i}": i for i in range(250)})
        mlflow.log_metrics({f"m{i}": i / 2 for i in range(250)}, step=3)
        mlflow.set_tags({f"t{i}": str(i) for i in range(250)})
    data = client.get_run(run.info.run_id).data
    assert len(data.params) == 250 and data.params["p249"] == "249"
    assert len(data.metrics) == 250 and data.metrics["m249"] == 124.5
    assert data.tags["t249"] == "249"


@check("takes a whole batch of 1000 metrics, twice")
def _():
    with run_in("basics") as run:
        now = int(time.time() * 1000)
        metrics = [Metric("curve", i * 0.1, now + i, i) for i in range(1000)]
        for _ in range(2):
            client.log_batch(run.info.run_id, metrics=metrics)
    history = client.get_metric_history(run.info.run_id, "curve")
    assert [point.step for point in history] == list(range(1000))
    assert history[7].value == 7 * 0.1 and history[7].timestamp == now + 7


@check("keeps what is no number, and numbers that are very large")
def _():
    with run_in("basics") as run:
        mlflow.log_metric("nan", float("nan"))
        mlflow.log_metric("inf", float("inf"))
        mlflow.log_metric("low", float("-inf"))
        mlflow.log_metric("exact", 0.1 + 0.2)
        client.log_metric(run.info.run_id, "far", 1.0, step=2**62 + 1, timestamp=2**53 + 1)
        client.log_metric(run.info.run_id, "far", 2.0, step=-(2**62) - 1, timestamp=5)
    metrics = client.get_run(run.info.run_id).data.metrics
    assert math.isnan(metrics["nan"]) and metrics["inf"] >= 1.7976931348623157e308 and metrics["low"] <= -1.7976931348623157e308
    assert metrics["exact"] == 0.1 + 0.2
    assert [(p.step, p.timestamp) for p in client.get_metric_history(run.info.run_id, "far")] == [(-(2**62) - 1, 5), (2**62 + 1, 2**53 + 1)]


@check("shows the value of the greatest step, whatever came last")
def _():
    with run_in("basics") as run:
        for step, value in [(1, 1.0), (5, 5.0), (3, 3.0)]:
            mlflow.log_metric("late", value, step=step)
    assert client.get_run(run.info.run_id).data.metrics["late"] == 5.0


@check("writes a parameter once")
def _():
    with run_in("basics") as run:
        mlflow.log_param("seed", 1)
        mlflow.log_param("seed", 1)
        message = refused("INVALID_PARAMETER_VALUE", client.log_param, run.info.run_id, "seed", 2)
    assert "Changing param values is not allowed" in message
    assert client.get_run(run.info.run_id).data.params == {"seed": "1"}


@check("nests runs")
def _():
    with run_in("basics", run_name="parent") as parent:
        for index in range(3):
            with mlflow.start_run(nested=True, run_name=f"child {index}"):
                mlflow.log_metric("m", index)
    found = mlflow.search_runs(experiment_names=["basics"], filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'", output_format="list")
    assert sorted(run.info.run_name for run in found) == ["child 0", "child 1", "child 2"]


@check("goes on with a run that was ended")
def _():
    with run_in("basics") as run:
        mlflow.log_metric("m", 1.0, step=1)
    with mlflow.start_run(run_id=run.info.run_id):
        assert client.get_run(run.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("m", 2.0, step=2)
    found = client.get_run(run.info.run_id)
    assert found.info.status == "FINISHED" and found.data.metrics == {"m": 2.0}


@check("tells that a run failed, or was stopped")
def _():
    try:
        with run_in("basics") as failed:
            raise ValueError("no")
    except ValueError:
        pass
    assert client.get_run(failed.info.run_id).info.status == "FAILED"
    killed = client.create_run(mlflow.set_experiment("basics").experiment_id)
    client.set_terminated(killed.info.run_id, "KILLED")
    assert client.get_run(killed.info.run_id).info.status == "KILLED"


@check("deletes and restores a run")
def _():
    with run_in("basics") as run:
        mlflow.log_metric("m", 1.0)
    run_id = run.info.run_id
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert "must be in the 'active' state" in refused("INVALID_PARAMETER_VALUE", client.log_metric, run_id, "m", 2.0)
    refused("INVALID_PARAMETER_VALUE", client.set_tag, run_id, "a", "b")
    experiment = [run.info.experiment_id]
    assert run_id in [r.info.run_id for r in client.search_runs(experiment, run_view_type=ViewType.DELETED_ONLY)]
    assert run_id not in [r.info.run_id for r in client.search_runs(experiment)]
    client.restore_run(run_id)
    client.log_metric(run_id, "m", 2.0)


@check("deletes tags, and says when there is none")
def _():
    with run_in("basics") as run:
        mlflow.set_tag("a", "b")
        mlflow.delete_tag("a")
        assert "No tag with name" in refused("RESOURCE_DOES_NOT_EXIST", client.delete_tag, run.info.run_id, "a")
        mlflow.set_tag("mlflow.runName", "renamed by tag")
    found = client.get_run(run.info.run_id)
    assert "a" not in found.data.tags and found.info.run_name == "renamed by tag"
    client.update_run(run.info.run_id, name="renamed again")
    assert client.get_run(run.info.run_id).data.tags["mlflow.runName"] == "renamed again"


@check("cuts texts that are too long, as MLflow does")
def _():
    with run_in("basics") as run:
        client.log_param(run.info.run_id, "long", "ä" * 7000)
        client.set_tag(run.info.run_id, "long", "x" * 9000)
    data = client.get_run(run.info.run_id).data
    assert data.params["long"] == "ä" * 6000 and data.tags["long"] == "x" * 8000


@check("keeps any text")
def _():
    words = "Zeilen\nund \"Anführung\" 'quotes' 日本語 🚂 \\ %s {} </script>"
    with run_in("Versuch ä/ö: 日本語 🚂") as run:
        mlflow.log_param("text", words)
        mlflow.log_metric("größe/m²-neu.1 a:b", 1.0)
        mlflow.set_tag("text", words)
    found = client.get_run(run.info.run_id)
    assert found.data.params["text"] == words and found.data.tags["text"] == words
    assert mlflow.get_experiment_by_name("Versuch ä/ö: 日本語 🚂").experiment_id == found.info.experiment_id


@check("refuses what MLflow refuses, in its words")
def _():
    with run_in("basics") as run:
        run_id = run.info.run_id
        refused("INVALID_PARAMETER_VALUE", client.log_metric, run_id, "a//b", 1.0)
        refused("INVALID_PARAMETER_VALUE", client.log_param, run_id, "x" * 251, "v")
        refused("INVALID_PARAMETER_VALUE", client.search_runs, [run.info.experiment_id], "metrics.m ~ 1")
        refused("INVALID_PARAMETER_VALUE", client.search_runs, [run.info.experiment_id], max_results=100_000)
    unknown = "0" * 32
    assert f"Run with id={unknown} not found" in refused("RESOURCE_DOES_NOT_EXIST", client.get_run, unknown)


@check("logs asynchronously from many threads")
def _():
    with run_in("basics") as run:
        pending = [mlflow.log_metric("async", i, step=i, synchronous=False) for i in range(300)]
        pending.append(mlflow.log_params({"a": 1, "b": 2}, synchronous=False))
        for operation in pending:
            if operation is not None:
                operation.wait()
        mlflow.flush_async_logging()
    assert len(client.get_metric_history(run.info.run_id, "async")) == 300
    assert client.get_run(run.info.run_id).data.params == {"a": "1", "b": "2"}


@check("takes batches for one run at the same time")
def _():
    run = client.create_run(mlflow.set_experiment("basics").experiment_id)
    run_id = run.info.run_id

    def send(index):
        metrics = [Metric(f"m{key}", index, index, index) for key in range(20)]
        client.log_batch(run_id, metrics=metrics, params=[Param(f"p{index}", "v"), Param("shared", "same")], tags=[RunTag("last", str(index))])

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(send, range(40)))
    data = client.get_run(run_id).data
    assert data.metrics == {f"m{key}": 39 for key in range(20)} and len(data.params) == 41
    assert len(client.get_metric_history(run_id, "m0")) == 40


@check("searches runs by metric, parameter, tag and attribute")
def _():
    experiment = mlflow.set_experiment("search").experiment_id
    ids = []
    for index in range(6):
        with mlflow.start_run(run_name=f"run {index}") as run:
            mlflow.log_metric("acc", index / 10)
            mlflow.log_params({"depth": index % 2, "kind of": "x"})
            mlflow.set_tag("team", "red" if index < 3 else "Blue")
        ids.append(run.info.run_id)

    def found(text, **kwargs):
        return sorted(ids.index(run.info.run_id) for run in client.search_runs([experiment], text, **kwargs))

    assert found("metrics.acc >= 0.3") == [3, 4, 5]
    assert found("metrics.acc > 0.1 AND params.depth = '0'") == [2, 4]
    assert found("tags.team ILIKE 'b%'") == [3, 4, 5] and found("tags.team LIKE 'b%'") == []
    assert found("attributes.run_name = 'run 2'") == [2] and found("run_name != 'run 2'") == [0, 1, 3, 4, 5]
    assert found("params.`kind of` = 'x'") == list(range(6))
    assert found(f"attributes.run_id IN ('{ids[1]}', '{ids[4]}')") == [1, 4]
    assert found("status = 'FINISHED'") == list(range(6))
    ordered = client.search_runs([experiment], order_by=["metrics.acc DESC"], max_results=2)
    assert [run.info.run_id for run in ordered] == [ids[5], ids[4]]
    rest = client.search_runs([experiment], order_by=["metrics.acc DESC"], max_results=2, page_token=ordered.token)
    assert [run.info.run_id for run in rest] == [ids[3], ids[2]]


@check("reads all pages of a search, and a table of it")
def _():
    experiment = client.create_experiment("pages")
    for _ in range(25):
        client.create_run(experiment)
    assert len(mlflow.search_runs(experiment_ids=[experiment])) == 25
    seen, token = [], None
    while True:
        page = client.search_runs([experiment], max_results=5, page_token=token)
        seen += [run.info.run_id for run in page]
        token = page.token
        if not token:
            break
    assert len(seen) == 25 and len(set(seen)) == 25


@check("searches experiments")
def _():
    for name in ["s-alpha", "s-beta", "s-gamma"]:
        client.create_experiment(name, tags={"set": "greek"})
    names = [e.name for e in mlflow.search_experiments(filter_string="name LIKE 's-%' AND tags.set = 'greek'", order_by=["name DESC"])]
    assert names == ["s-gamma", "s-beta", "s-alpha"], names
    page = client.search_experiments(filter_string="tags.set = 'greek'", max_results=2)
    assert len(page) == 2 and len(client.search_experiments(filter_string="tags.set = 'greek'", max_results=2, page_token=page.token)) == 1


@check("logs datasets with what they were used for")
def _():
    import pandas as pd

    frame = pd.DataFrame({"x": [1.0, 2.0], "y": [0, 1]})
    dataset = mlflow.data.from_pandas(frame, source="https://example.org/data.csv", name="small", targets="y")
    with run_in("datasets") as run:
        mlflow.log_input(dataset, context="training")
        mlflow.log_input(dataset, context="training")
    [used] = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert used.dataset.name == "small" and used.dataset.digest == dataset.digest
    assert json.loads(used.dataset.source)["url"] == "https://example.org/data.csv"
    assert [(tag.key, tag.value) for tag in used.tags] == [("mlflow.data.context", "training")]
    found = client.search_runs([run.info.experiment_id], "datasets.name = 'small' AND datasets.context = 'training'")
    assert [r.info.run_id for r in found] == [run.info.run_id]


@check("keeps files, dictionaries, texts, figures and tables")
def _():
    with tempfile.TemporaryDirectory() as folder, run_in("files") as run:
        Path(folder, "a.txt").write_text("alpha")
        Path(folder, "sub").mkdir()
        Path(folder, "sub", "b b.bin").write_bytes(bytes(range(256)) * 1000)
        mlflow.log_artifact(os.path.join(folder, "a.txt"))
        mlflow.log_artifact(os.path.join(folder, "a.txt"), "copies/deep")
        mlflow.log_artifacts(folder, "tree")
        mlflow.log_dict({"a": [1, 2]}, "config.json")
        mlflow.log_text("ä 日本", "notes/text.txt")
        mlflow.log_table({"q": ["a"], "n": [1]}, "table.json")
        import matplotlib.pyplot as plt

        figure = plt.figure()
        mlflow.log_figure(figure, "figure.png")
        run_id = run.info.run_id
    paths = sorted(file.path for file in client.list_artifacts(run_id))
    assert paths == ["a.txt", "config.json", "copies", "figure.png", "notes", "table.json", "tree"], paths
    [entry] = [file for file in client.list_artifacts(run_id) if file.path == "a.txt"]
    assert entry.file_size == 5 and not entry.is_dir
    assert [(f.path, f.is_dir) for f in client.list_artifacts(run_id, "tree")] == [("tree/a.txt", False), ("tree/sub", True)]
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/config.json") == {"a": [1, 2]}
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/notes/text.txt") == "ä 日本"
    assert mlflow.load_table("table.json", run_ids=[run_id])["n"].tolist() == [1]
    with tempfile.TemporaryDirectory() as target:
        local = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="tree", dst_path=target)
        assert Path(local, "sub", "b b.bin").read_bytes() == bytes(range(256)) * 1000
        whole = mlflow.artifacts.download_artifacts(artifact_uri=f"runs:/{run_id}/", dst_path=target)
        assert Path(whole, "copies", "deep", "a.txt").read_text() == "alpha"


@check("replaces and deletes a file of a run")
def _():
    with run_in("files") as run:
        mlflow.log_text("one", "a.txt")
        mlflow.log_text("two", "a.txt")
        assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/a.txt") == "two"
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        get_artifact_repository(run.info.artifact_uri).delete_artifacts("a.txt")
        assert client.list_artifacts(run.info.run_id) == []


@check("keeps a file of 20 MB, whole")
def _():
    import hashlib

    content = os.urandom(20 * 1024 * 1024)
    with tempfile.TemporaryDirectory() as folder, run_in("files") as run:
        Path(folder, "large.bin").write_bytes(content)
        mlflow.log_artifact(os.path.join(folder, "large.bin"))
        local = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="large.bin", dst_path=os.path.join(folder, "back"))
        assert hashlib.sha256(Path(local).read_bytes()).digest() == hashlib.sha256(content).digest()


@check("follows images by step", only_3=True)
def _():
    import numpy as np

    with run_in("files") as run:
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), key="pixels", step=1)
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "flat.png")
        mlflow.flush_artifact_async_logging()
    assert "images" in [file.path for file in client.list_artifacts(run.info.run_id)]


main()
