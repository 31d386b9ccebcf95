export { filesDigest } from "./domain/files-digest.ts";
export { metricHistory, metricHistoryInput, type MetricSeries } from "./metric-history.ts";
export { filesOfStep, getDataset, listArtifacts, listArtifactsInput, listDatasets, listDatasetsInput, openArtifact, openArtifactInput } from "./queries.ts";
export { type ArtifactFile, recordArtifacts } from "./record-artifacts.ts";
export { beginPipelineRun, endPipelineRun, openPipelineRun } from "./mirror-pipeline-run.ts";
export { artifactsCollect, datasetVersioned } from "./jobs.ts";
export { type DatasetFile, recordDatasetVersion } from "./record-dataset-version.ts";
export { type MetricPoint, recordMetrics } from "./record-metrics.ts";
export { recordParams } from "./record-params.ts";
export { requireRunProjects } from "./require-run.ts";
export { generatedName } from "./domain/generated-name.ts";
export type { KeyValue } from "./domain/limits.ts";
export {
  type ExperimentLocation,
  experimentArtifactLocation,
  experimentIdOfProtocol,
  modelArtifactUri,
  modelIdOfProtocol,
  protocolModelId,
  protocolRunId,
  runArtifactUri,
  runIdOfProtocol,
} from "./domain/protocol-ids.ts";
export { createExperiment } from "./experiments/create-experiment.ts";
export { defaultExperimentId } from "./experiments/default-experiment.ts";
export { deleteExperiment, restoreExperiment } from "./experiments/delete-experiment.ts";
export { type Experiment, type LifecycleStage, readExperiments } from "./experiments/experiment.ts";
export { getExperiment, getExperimentByName } from "./experiments/get-experiment.ts";
export { moveExperiment } from "./experiments/move-experiment.ts";
export { type DatasetSummary, searchExperimentDatasets } from "./experiments/search-experiment-datasets.ts";
export { deleteExperimentTag, setExperimentTag, updateExperiment } from "./experiments/update-experiment.ts";
export { requireExperiment, requireLoggedModel, requireTrackedRun } from "./rights.ts";
export type { LoggedMetric } from "./runs/batch.ts";
export { createTrackedRun } from "./runs/create-tracked-run.ts";
export { getTrackedRun } from "./runs/get-tracked-run.ts";
export { logBatch } from "./runs/log-batch.ts";
export { type DatasetInput, type MetricValue, readTrackedRuns, type TrackedRun, type TrackedRunInfo, type TrackedRunStatus } from "./runs/tracked-run.ts";
export { deleteRunTag, deleteTrackedRun, restoreTrackedRun, updateTrackedRun } from "./runs/update-tracked-run.ts";
export type { FileEntry, FilePage, StoredFile } from "./artifacts/file-set.ts";
export {
  deleteLoggedModelFiles,
  findLoggedModelFile,
  listLoggedModelFiles,
  listLoggedModelFilesInput,
  openLoggedModelFile,
  putLoggedModelFile,
} from "./artifacts/logged-model-files.ts";
export { deleteRunArtifacts, findRunArtifact, listRunArtifacts, listRunArtifactsInput, openRunArtifact, putRunArtifact } from "./artifacts/run-artifacts.ts";
export { type ByteRange, MAX_ENTRIES, type OpenedFile, openStoredFile } from "./artifacts/stored-file.ts";
export { type FileProblem, verifyFiles } from "./artifacts/verify-files.ts";
export { artifactFolder, artifactPath } from "./domain/artifact-path.ts";
export type { TrackingScope } from "./experiments/experiment.ts";
export { compileTagTest, compileTest } from "./search/compile-test.ts";
export { searchExperiments } from "./search/search-experiments.ts";
export { searchLoggedModels } from "./search/search-logged-models.ts";
export { checkMaxResults, rowsOf, type SearchInput, searchPage, type SearchView } from "./search/search-page.ts";
export { searchRuns } from "./search/search-runs.ts";
export { bytewise, type SortColumn } from "./search/sort-columns.ts";
export { projectsInScope } from "./search/visible-experiments.ts";
export { compareRuns, compareRunsInput, type ComparedRow, MAX_COMPARED_RUNS, type RunComparison } from "./browse/compare-runs.ts";
export { getTrackedRunPage, type TrackedRunPage } from "./browse/get-tracked-run-page.ts";
export { type DatasetProfile, type DatasetVersionPage, getDatasetVersion, profileDatasetVersion } from "./browse/dataset-versions.ts";
export { getLoggedModelPage, type LoggedModelPage } from "./browse/get-logged-model-page.ts";
export { type ExperimentRow, getExperimentPage, listExperiments, listExperimentsInput } from "./browse/list-experiments.ts";
export { runKeys, runKeysInput } from "./browse/run-keys.ts";
export { changeRunsInput, deleteRuns, restoreRuns, type RunsChanged, tagRuns, tagRunsInput } from "./browse/change-runs.ts";
export { exportRuns, MAX_RUN_COLUMNS, runQueryInput, runTable, runTableInput, type RunTableRow } from "./browse/run-table.ts";
export { createLoggedModel } from "./logged-models/create-logged-model.ts";
export { getLoggedModel } from "./logged-models/get-logged-model.ts";
export { type LoggedModel, type LoggedModelMetric, type LoggedModelStatus, readLoggedModels } from "./logged-models/logged-model.ts";
export { deleteLoggedModel, deleteLoggedModelTag, finalizeLoggedModel, logLoggedModelParams, setLoggedModelTags } from "./logged-models/update-logged-model.ts";
export { logInputs, logOutputs, type ToldDataset } from "./runs/log-inputs.ts";
export { logModelHistory } from "./runs/log-model-history.ts";
export { metricHistoryBulk, metricHistoryInterval, metricHistoryPage, type TrackedRunPoint } from "./runs/metric-points.ts";
export { collectGarbage } from "./artifacts/collect-garbage.ts";
export { startCollectingGarbage } from "./artifacts/start-collecting.ts";
export { type FilePreview, previewFile, previewLoggedModelFile, previewRunArtifact } from "./artifacts/preview-file.ts";
export type { Notebook, NotebookCell, NotebookOutput } from "./domain/notebook.ts";
export { trackingRemoveDeleted } from "./jobs.ts";
export { removeDeleted } from "./retention/remove-deleted.ts";
