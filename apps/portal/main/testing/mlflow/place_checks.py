"""Where things land, and who may do what, by the address and the token that a client is given."""

import os

import mlflow
from checks import check, main, refused
from mlflow.tracking import MlflowClient

PORTAL = os.environ["PORTAL_URL"]
client = MlflowClient()


def as_person(token, uri=PORTAL):
    """A client with the token of somebody else."""
    os.environ["MLFLOW_TRACKING_TOKEN"] = token
    return MlflowClient(uri, uri)


@check("logs into the project that the address names")
def _():
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1.0)
        mlflow.log_text("content", "folder/a.txt")
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/folder/a.txt") == "content"
    experiment = client.get_experiment(run.info.experiment_id)
    assert experiment.name == "Default"
    os.environ["RUN_OF_PROJECT"], os.environ["EXPERIMENT_OF_PROJECT"] = run.info.run_id, experiment.experiment_id


@check("finds only what is the project's, by that address")
def _():
    own = as_person(os.environ["MLFLOW_TRACKING_TOKEN"])
    own.create_experiment("of the person")
    assert "of the person" in [experiment.name for experiment in own.search_experiments()]
    assert [experiment.name for experiment in client.search_experiments()] == ["Default"]
    assert client.get_experiment_by_name("of the person") is None
    assert own.get_experiment("0").experiment_id != os.environ["EXPERIMENT_OF_PROJECT"]


@check("reads by id whatever its owner may read, by any address")
def _():
    assert as_person(os.environ["MLFLOW_TRACKING_TOKEN"]).get_run(os.environ["RUN_OF_PROJECT"]).data.metrics == {"m": 1.0}


@check("lets a viewer read, and log nothing")
def _():
    token = os.environ["MLFLOW_TRACKING_TOKEN"]
    try:
        viewer = as_person(os.environ["VIEWER_TOKEN"])
        run_id = os.environ["RUN_OF_PROJECT"]
        assert viewer.get_run(run_id).data.metrics == {"m": 1.0}
        assert "data scientist" in refused("PERMISSION_DENIED", viewer.log_metric, run_id, "m", 2.0)
        refused("PERMISSION_DENIED", viewer.create_experiment, "a viewer's")
    finally:
        os.environ["MLFLOW_TRACKING_TOKEN"] = token


@check("lets nobody else write to a project, or see that a private one exists")
def _():
    token = os.environ["MLFLOW_TRACKING_TOKEN"]
    try:
        stranger = as_person(os.environ["STRANGER_TOKEN"])
        refused("PERMISSION_DENIED", stranger.set_tag, os.environ["RUN_OF_PROJECT"], "a", "b")
        hidden = as_person(os.environ["STRANGER_TOKEN"], f"{PORTAL}/projects/secret/mlflow")
        refused("RESOURCE_DOES_NOT_EXIST", hidden.search_experiments)
        unknown = as_person(os.environ["STRANGER_TOKEN"], f"{PORTAL}/projects/no-such/mlflow")
        refused("RESOURCE_DOES_NOT_EXIST", unknown.search_experiments)
    finally:
        os.environ["MLFLOW_TRACKING_TOKEN"] = token


@check("says what is wrong with a token, at once")
def _():
    token = os.environ["MLFLOW_TRACKING_TOKEN"]
    try:
        wrong = as_person("trl_wrong")
        assert "The access token was refused" in refused("UNAUTHENTICATED", wrong.search_experiments)
        os.environ.pop("MLFLOW_TRACKING_TOKEN")
        assert "MLFLOW_TRACKING_TOKEN" in refused("UNAUTHENTICATED", MlflowClient(PORTAL).search_experiments)
    finally:
        os.environ["MLFLOW_TRACKING_TOKEN"] = token


@check("takes the token as a password")
def _():
    token = os.environ.pop("MLFLOW_TRACKING_TOKEN")
    os.environ.update(MLFLOW_TRACKING_USERNAME="anybody", MLFLOW_TRACKING_PASSWORD=token)
    try:
        assert MlflowClient(PORTAL).get_run(os.environ["RUN_OF_PROJECT"]).info.run_id
    finally:
        for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
            del os.environ[name]
        os.environ["MLFLOW_TRACKING_TOKEN"] = token


@check("does what the documentation shows")
def _():
    with open(os.environ["DOCUMENTATION"], encoding="utf-8") as file:
        [code] = [block.split("```")[0] for block in file.read().split("```python\n")[1:]]
    exec(code, {})  # noqa: S102


main()
