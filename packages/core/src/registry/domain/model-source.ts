/** Where the files of a version lie for good, in the words of the MLflow protocol; the artifact door answers there. */
export function versionUri(versionId: string): string {
  return `mlflow-artifacts:/model-versions/${versionId}`;
}
