"""Models: logged, registered, named by alias, loaded, as training code and services use them."""

import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor

import mlflow
import numpy as np
from checks import IS_3, check, main, refused
from mlflow.models import infer_signature
from mlflow.tracking import MlflowClient
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

client = MlflowClient()
X, y = load_iris(return_X_y=True, as_frame=True)
MODEL = LogisticRegression(max_iter=200).fit(X, y)
# Without this each log_model runs pip to find out what the model needs.
REQUIREMENTS = ["scikit-learn", "pandas"]
NAMED = {"name": "model"} if IS_3 else {"artifact_path": "model"}


class Doubler(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return np.asarray(model_input) * 2


def log_model(registered=None, **kwargs):
    """Logs the fitted model into the active run."""
    options = {**NAMED, "pip_requirements": REQUIREMENTS, "signature": infer_signature(X, MODEL.predict(X)), **kwargs}
    return mlflow.sklearn.log_model(MODEL, registered_model_name=registered, **options)


@check("logs a fit by autolog: parameters, metrics, model and data")
def _():
    mlflow.set_experiment("autolog")
    mlflow.sklearn.autolog(log_input_examples=False, log_model_signatures=True)
    try:
        with mlflow.start_run() as run:
            LogisticRegression(C=0.5, max_iter=150).fit(X, y)
    finally:
        mlflow.sklearn.autolog(disable=True)
    found = client.get_run(run.info.run_id)
    assert found.data.params["C"] == "0.5" and found.data.params["max_iter"] == "150"
    assert found.data.metrics["training_score"] > 0.9, found.data.metrics
    assert found.data.tags["estimator_name"] == "LogisticRegression"
    assert [tag.value for used in found.inputs.dataset_inputs for tag in used.tags] == ["train"]
    names = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert "training_confusion_matrix.png" in names and "estimator.html" in names, names
    loaded = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
    assert loaded.get_params()["C"] == 0.5


@check("logs a model, registers it, names it champion and loads it by that name")
def _():
    mlflow.set_experiment("registry")
    with mlflow.start_run() as run:
        mlflow.log_param("max_iter", 200)
        mlflow.log_metric("acc", 0.97)
        info = log_model("iris")
    version = client.get_model_version("iris", "1")
    assert version.status == "READY" and version.run_id == run.info.run_id and str(version.version) == "1"
    client.set_registered_model_alias("iris", "champion", "1")
    loaded = mlflow.pyfunc.load_model("models:/iris@champion")
    assert loaded.predict(X).tolist() == MODEL.predict(X).tolist()
    assert loaded.metadata.signature == info.signature
    assert client.get_model_version_by_alias("iris", "champion").version == version.version
    assert client.get_registered_model("iris").aliases == {"champion": version.version}


@check("loads by number, by latest, from the run, and what was logged")
def _():
    source = client.get_model_version("iris", "1")
    logged = [source.source] if IS_3 else []
    assert not IS_3 or source.source.startswith("models:/m-")
    for uri in ["models:/iris/1", "models:/iris/latest", f"runs:/{source.run_id}/model", *logged]:
        assert mlflow.sklearn.load_model(uri).predict(X[:3]).tolist() == MODEL.predict(X[:3]).tolist(), uri


@check("keeps a version as it was, whatever becomes of its run")
def _():
    with mlflow.start_run() as run:
        log_model("kept")
    client.delete_run(run.info.run_id)
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    source = client.get_model_version("kept", "1").source
    files = client.get_logged_model(source.removeprefix("models:/")).artifact_location if IS_3 else source
    get_artifact_repository(files).delete_artifacts("MLmodel")
    assert mlflow.sklearn.load_model("models:/kept/1").predict(X[:1]).tolist() == MODEL.predict(X[:1]).tolist()


@check("numbers versions one after the other, also when they come at once")
def _():
    client.create_registered_model("many", tags={"a": "b"}, description="Many *versions*")
    refused("RESOURCE_ALREADY_EXISTS", client.create_registered_model, "many")
    with mlflow.start_run() as run:
        log_model()
    source = f"runs:/{run.info.run_id}/model"
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: client.create_model_version("many", source, run.info.run_id), range(6)))
    assert sorted(int(version.version) for version in made) == list(range(1, 7))
    client.delete_model_version("many", "6")
    assert int(client.create_model_version("many", source, run.info.run_id).version) == 7
    refused("RESOURCE_DOES_NOT_EXIST", client.get_model_version, "many", "6")
    assert sorted(int(version.version) for version in client.search_model_versions("name = 'many'")) == [1, 2, 3, 4, 5, 7]


@check("registers what a run logged before")
def _():
    with mlflow.start_run() as run:
        log_model()
    version = mlflow.register_model(f"runs:/{run.info.run_id}/model", "later", tags={"stage": "candidate"})
    assert int(version.version) == 1
    assert mlflow.pyfunc.load_model("models:/later/1").predict(X[:2]).tolist() == MODEL.predict(X[:2]).tolist()


@check("describes and tags models and versions")
def _():
    client.update_registered_model("iris", description="Flowers")
    client.update_model_version("iris", "1", description="The first")
    client.set_registered_model_tag("iris", "owner", "botany")
    client.set_model_version_tag("iris", "1", "checked", "yes")
    model, version = client.get_registered_model("iris"), client.get_model_version("iris", "1")
    assert model.description == "Flowers" and model.tags["owner"] == "botany"
    assert version.description == "The first" and version.tags["checked"] == "yes" and list(version.aliases) == ["champion"]
    client.delete_registered_model_tag("iris", "owner")
    client.delete_model_version_tag("iris", "1", "checked")
    assert "owner" not in client.get_registered_model("iris").tags and "checked" not in client.get_model_version("iris", "1").tags


@check("moves an alias, and tells when there is none")
def _():
    with mlflow.start_run():
        log_model("aliased")
        log_model("aliased")
    client.set_registered_model_alias("aliased", "best", "1")
    client.set_registered_model_alias("aliased", "best", "2")
    assert str(client.get_model_version_by_alias("aliased", "best").version) == "2"
    client.delete_registered_model_alias("aliased", "best")
    assert "alias best not found" in refused("INVALID_PARAMETER_VALUE", client.get_model_version_by_alias, "aliased", "best")
    refused("INVALID_PARAMETER_VALUE", client.set_registered_model_alias, "aliased", "v1", "1")


@check("moves versions between stages, as older pipelines do")
def _():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.transition_model_version_stage("aliased", "1", "staging")
        client.transition_model_version_stage("aliased", "2", "Staging", archive_existing_versions=True)
        assert client.get_model_version("aliased", "1").current_stage == "Archived"
        [latest] = client.get_latest_versions("aliased", stages=["Staging"])
    assert str(latest.version) == "2"
    assert mlflow.sklearn.load_model("models:/aliased/Staging").predict(X[:1]).tolist() == MODEL.predict(X[:1]).tolist()


@check("searches models and versions")
def _():
    names = [model.name for model in client.search_registered_models("name ILIKE 'IR%'")]
    assert names == ["iris"], names
    tagged = client.search_registered_models("tags.a = 'b'")
    assert [model.name for model in tagged] == ["many"]
    run_id = client.get_model_version("iris", "1").run_id
    assert [(v.name, str(v.version)) for v in client.search_model_versions(f"run_id = '{run_id}'")] == [("iris", "1")]
    page = client.search_registered_models(max_results=1, order_by=["name ASC"])
    assert len(page) == 1 and page.token


@check("renames and deletes a model")
def _():
    client.create_registered_model("old name")
    client.rename_registered_model("old name", "new name")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, "old name")
    client.delete_registered_model("new name")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, "new name")
    client.create_registered_model("new name")


@check("keeps models of one's own making")
def _():
    with mlflow.start_run():
        mlflow.pyfunc.log_model(python_model=Doubler(), registered_model_name="doubler", pip_requirements=REQUIREMENTS, **NAMED)
    assert mlflow.pyfunc.load_model("models:/doubler/1").predict(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]


@check("downloads the files of a version")
def _():
    with tempfile.TemporaryDirectory() as target:
        folder = mlflow.artifacts.download_artifacts("models:/iris/1", dst_path=target)
        loaded = mlflow.models.Model.load(folder)
    assert "sklearn" in loaded.flavors
    assert mlflow.models.get_model_info("models:/iris@champion").flavors.keys() == loaded.flavors.keys()


@check("copies a version to another model")
def _():
    copy = client.copy_model_version("models:/iris/1", "iris-production")
    assert int(copy.version) == 1 and copy.source == "models:/iris/1"
    assert mlflow.sklearn.load_model("models:/iris-production/1").predict(X[:1]).tolist() == MODEL.predict(X[:1]).tolist()


@check("finds logged models, with the metrics that were logged for them", only_3=True)
def _():
    mlflow.set_experiment("logged models")
    with mlflow.start_run() as run:
        made = [log_model(name=f"candidate-{index}", params={"depth": index}) for index in range(3)]
        for index, info in enumerate(made):
            mlflow.log_metric("acc", 0.5 + index / 10, model_id=info.model_id)
    found = mlflow.search_logged_models(
        experiment_ids=[run.info.experiment_id],
        filter_string="metrics.acc >= 0.6 AND params.depth != '9'",
        order_by=[{"field_name": "metrics.acc", "ascending": False}],
        output_format="list",
    )
    assert [model.name for model in found] == ["candidate-2", "candidate-1"]
    best = mlflow.get_logged_model(found[0].model_id)
    assert best.source_run_id == run.info.run_id and str(best.status) == "READY", best.status
    assert [(metric.key, metric.value) for metric in best.metrics] == [("acc", 0.7)]
    assert [output.model_id for output in client.get_run(run.info.run_id).outputs.model_outputs].count(best.model_id) == 1
    assert mlflow.last_logged_model().model_id == made[-1].model_id


@check("tags, finalizes and deletes a logged model", only_3=True)
def _():
    model = mlflow.initialize_logged_model("by hand", params={f"p{index}": str(index) for index in range(150)}, tags={"a": "1"})
    mlflow.set_logged_model_tags(model.model_id, {"b/c": "2"})
    assert mlflow.get_logged_model(model.model_id).tags.items() >= {"a": "1", "b/c": "2"}.items()
    mlflow.delete_logged_model_tag(model.model_id, "a")
    assert str(mlflow.finalize_logged_model(model.model_id, "READY").status) == "READY"
    assert len(mlflow.get_logged_model(model.model_id).params) == 150
    client.delete_logged_model(model.model_id)
    refused("RESOURCE_DOES_NOT_EXIST", mlflow.get_logged_model, model.model_id)


main()
