"""A training step that knows nothing of the portal: all that it uses comes from its environment."""

import mlflow
from mlflow.exceptions import MlflowException
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

mlflow.sklearn.autolog(log_models=False)
X, y = load_iris(return_X_y=True, as_frame=True)
LogisticRegression(C=0.5, max_iter=150).fit(X, y)

run_id = mlflow.last_active_run().info.run_id
client = mlflow.MlflowClient()
client.log_metric(run_id, "loss", 0.25, step=3)
client.log_text(run_id, "from the step", "notes.txt")
client.set_tag(run_id, "mlflow.runName", "another name")
others = client.search_experiments(filter_string="name = 'another project'")
client.log_param(run_id, "others", len(others))
try:
    client.get_experiment("ANOTHER")
except MlflowException as error:
    client.log_param(run_id, "another", error.error_code)
