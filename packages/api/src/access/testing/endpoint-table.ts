import type { ProjectThings } from "./project-rows.ts";

type Things = ProjectThings;
/** Fields of a request by their names on the wire; those that stand in the path are put there. */
type Input = (things: Things) => Record<string, unknown>;

/**
 * What an endpoint of the MLflow door is about, which says what a stranger must hear:
 * - `nothing`: no project's things; the input is not used by the walk.
 * - `list`: things of many projects; what is hidden is left out.
 * - `thing`: things of one project. `stranger` is what somebody of the least role hears who is in no project, of an internal
 *   project's thing: `allowed` = anything but a refusal of access.
 */
export type EndpointEntry = { about: "nothing" } | { about: "list"; inputs: Input[] } | { about: "thing"; input: Input; stranger: "allowed" | "forbidden" };

const nothing: EndpointEntry = { about: "nothing" };
const list = (...inputs: Input[]): EndpointEntry => ({ about: "list", inputs });
const read = (input: Input): EndpointEntry => ({ about: "thing", input, stranger: "allowed" });
const write = (input: Input): EndpointEntry => ({ about: "thing", input, stranger: "forbidden" });

const hex = (id: string): string => id.replaceAll("-", "");
const run: Input = ({ clientRunId }) => ({ run_id: hex(clientRunId) });
const experiment: Input = ({ experimentId }) => ({ experiment_id: experimentId });
/** The run of a pipeline, whose step left files. */
const stepRun: Input = ({ runId }) => ({ run_id: hex(runId) });
const filesOfRun = ({ experimentId, runId }: Things): { path: string } => ({ path: `experiments/${experimentId}/${hex(runId)}/artifacts` });
const modelWithFiles: Input = ({ loggedModelId }) => ({ model_id: `m-${hex(loggedModelId)}` });
const loggedModel: Input = ({ loggedModelId }) => ({ model_id: `m-${hex(loggedModelId)}` });
const METRIC = { key: "a", value: 1, timestamp: 1, step: 0 };
const TAG = { key: "a", value: "b" };
const model: Input = ({ modelName }) => ({ name: modelName });
const version: Input = ({ modelName }) => ({ name: modelName, version: "2" });

/** Every endpoint, by method and path. One that is missing here fails the walk. */
export const ENDPOINT_ENTRIES: Record<string, EndpointEntry> = {
  "GET /health": nothing,
  "GET /version": nothing,
  "GET /mlflow/server-info": nothing,
  "POST /mlflow/experiments/create": nothing,
  "GET /mlflow/experiments/get": read(experiment),
  "GET /mlflow/experiments/get-by-name": read(({ word }) => ({ experiment_name: `${word}-experiment` })),
  "GET /mlflow/experiments/search": list(
    () => ({ max_results: 1000 }),
    ({ word }) => ({ filter: `name = '${word}-experiment'` }),
  ),
  "POST /mlflow/experiments/search": list(
    () => ({ view_type: "ALL" }),
    ({ word }) => ({ filter: `name LIKE '${word}%'` }),
  ),
  "POST /mlflow/experiments/update": write((things) => ({ ...experiment(things), new_name: "taken over" })),
  "POST /mlflow/experiments/delete": write(experiment),
  "POST /mlflow/experiments/restore": write(experiment),
  "POST /mlflow/experiments/set-experiment-tag": write((things) => ({ ...experiment(things), ...TAG })),
  "POST /mlflow/experiments/delete-experiment-tag": write((things) => ({ ...experiment(things), key: "a" })),
  "POST /mlflow/experiments/search-datasets": list(({ experimentId }) => ({ experiment_ids: [experimentId] })),
  "POST /mlflow/runs/create": write(experiment),
  "GET /mlflow/runs/get": read(run),
  "POST /mlflow/runs/update": write((things) => ({ ...run(things), status: "FINISHED" })),
  "POST /mlflow/runs/delete": write(run),
  "POST /mlflow/runs/restore": write(run),
  "POST /mlflow/runs/search": list(({ experimentId }) => ({ experiment_ids: [experimentId], run_view_type: "ALL" })),
  "POST /mlflow/runs/log-metric": write((things) => ({ ...run(things), ...METRIC })),
  "POST /mlflow/runs/log-parameter": write((things) => ({ ...run(things), ...TAG })),
  "POST /mlflow/runs/set-tag": write((things) => ({ ...run(things), ...TAG })),
  "POST /mlflow/runs/delete-tag": write((things) => ({ ...run(things), key: "a" })),
  "POST /mlflow/runs/log-batch": write((things) => ({ ...run(things), metrics: [METRIC], params: [TAG], tags: [TAG] })),
  "POST /mlflow/runs/log-inputs": write((things) => ({
    ...run(things),
    datasets: [{ dataset: { name: "d", digest: "1", source_type: "local", source: "{}" } }],
  })),
  "POST /mlflow/runs/outputs": write((things) => ({ ...run(things), models: [{ ...loggedModel(things), step: 0 }] })),
  "POST /mlflow/runs/log-model": write((things) => ({
    ...run(things),
    model_json: JSON.stringify({ artifact_path: "m", flavors: {}, utc_time_created: "2026-11-24", run_id: hex(things.clientRunId) }),
  })),
  "GET /mlflow/metrics/get-history": read((things) => ({ ...run(things), metric_key: "a" })),
  "GET /mlflow/metrics/get-history-bulk": read((things) => ({ ...run(things), metric_key: "a" })),
  "GET /mlflow/metrics/get-history-bulk-interval": read(({ clientRunId }) => ({ run_ids: [hex(clientRunId)], metric_key: "a" })),
  "POST /mlflow/logged-models": write(experiment),
  "POST /mlflow/logged-models/search": list(({ experimentId }) => ({ experiment_ids: [experimentId] })),
  "GET /mlflow/logged-models/{model_id}": read(loggedModel),
  "PATCH /mlflow/logged-models/{model_id}": write((things) => ({ ...loggedModel(things), status: "LOGGED_MODEL_READY" })),
  "DELETE /mlflow/logged-models/{model_id}": write(loggedModel),
  "PATCH /mlflow/logged-models/{model_id}/tags": write((things) => ({ ...loggedModel(things), tags: [TAG] })),
  "DELETE /mlflow/logged-models/{model_id}/tags/{key...}": write((things) => ({ ...loggedModel(things), key: "a" })),
  "POST /mlflow/logged-models/{model_id}/params": write((things) => ({ ...loggedModel(things), params: [TAG] })),
  "POST /mlflow/registered-models/create": nothing,
  "GET /mlflow/registered-models/get": read(model),
  "POST /mlflow/registered-models/rename": write((things) => ({ ...model(things), new_name: "taken over" })),
  "PATCH /mlflow/registered-models/update": write((things) => ({ ...model(things), description: "Mine" })),
  "DELETE /mlflow/registered-models/delete": write(model),
  "GET /mlflow/registered-models/search": list(
    () => ({ max_results: 1000 }),
    ({ word }) => ({ filter: `name LIKE '${word}%'` }),
  ),
  "POST /mlflow/registered-models/get-latest-versions": read(model),
  "GET /mlflow/registered-models/get-latest-versions": read(model),
  "POST /mlflow/registered-models/set-tag": write((things) => ({ ...model(things), ...TAG })),
  "DELETE /mlflow/registered-models/delete-tag": write((things) => ({ ...model(things), key: "a" })),
  "POST /mlflow/registered-models/alias": write((things) => ({ ...version(things), alias: "mine" })),
  "DELETE /mlflow/registered-models/alias": write((things) => ({ ...model(things), alias: `${things.word}-best` })),
  "GET /mlflow/registered-models/alias": read((things) => ({ ...model(things), alias: `${things.word}-best` })),
  "POST /mlflow/model-versions/create": write((things) => ({ ...model(things), source: "s3://bucket/model" })),
  "GET /mlflow/model-versions/get": read(version),
  "PATCH /mlflow/model-versions/update": write((things) => ({ ...version(things), description: "Mine" })),
  "DELETE /mlflow/model-versions/delete": write((things) => ({ name: things.modelName, version: "1" })),
  "POST /mlflow/model-versions/transition-stage": write((things) => ({ ...version(things), stage: "Staging" })),
  "GET /mlflow/model-versions/search": list(
    () => ({ max_results: 1000 }),
    ({ word }) => ({ filter: `name = '${word}-model'` }),
  ),
  "GET /mlflow/model-versions/get-download-uri": read(version),
  "POST /mlflow/model-versions/set-tag": write((things) => ({ ...version(things), ...TAG })),
  "DELETE /mlflow/model-versions/delete-tag": write((things) => ({ ...version(things), key: "a" })),
  // Webhooks are of people, not of projects: who is not their owner does not find them (registry's own tests).
  "POST /mlflow/webhooks": nothing,
  "GET /mlflow/webhooks": nothing,
  "GET /mlflow/webhooks/{webhook_id}": nothing,
  "PATCH /mlflow/webhooks/{webhook_id}": nothing,
  "DELETE /mlflow/webhooks/{webhook_id}": nothing,
  "POST /mlflow/webhooks/{webhook_id}/test": nothing,
  "GET /mlflow/artifacts/list": read(stepRun),
  "GET /mlflow/logged-models/{model_id}/artifacts/directories": read(modelWithFiles),
  "GET /mlflow/logged-models/{model_id}/artifacts/files": read((things) => ({ ...modelWithFiles(things), artifact_file_path: `model/${things.word}.pkl` })),
  "GET /get-artifact": read((things) => ({ ...stepRun(things), path: `work/${things.word}.html` })),
  "GET /model-versions/get-artifact": read(({ modelName }) => ({ name: modelName, version: 2, path: "report.html" })),
  "POST /mlflow/upload-artifact": write(({ clientRunId }) => ({ run_uuid: hex(clientRunId), path: "a.txt" })),
  "GET /mlflow-artifacts/artifacts": read(filesOfRun),
  "GET /mlflow-artifacts/artifacts/{path...}": read((things) => ({ path: `${filesOfRun(things).path}/work/${things.word}.html` })),
  "PUT /mlflow-artifacts/artifacts/{path...}": write((things) => ({ path: `${filesOfRun(things).path}/a.txt` })),
  "DELETE /mlflow-artifacts/artifacts/{path...}": write(filesOfRun),
  "POST /mlflow-artifacts/mpu/create/{path...}": nothing,
  "POST /mlflow-artifacts/mpu/complete/{path...}": nothing,
  "POST /mlflow-artifacts/mpu/abort/{path...}": nothing,
  "GET /mlflow-artifacts/presigned/{path...}": nothing,
  "POST /mlflow/artifacts/presigned-upload-url": nothing,
  "POST /mlflow/artifacts/presigned-download-url": nothing,
};
