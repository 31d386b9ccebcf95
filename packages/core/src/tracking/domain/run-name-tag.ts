/** The tag in which clients keep a run's name; it and the name are always equal. */
export const RUN_NAME_TAG = "mlflow.runName";
