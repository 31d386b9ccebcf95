import {
  createLoggedModel,
  deleteLoggedModel,
  deleteLoggedModelTag,
  finalizeLoggedModel,
  getLoggedModel,
  type LoggedModel,
  logLoggedModelParams,
  searchLoggedModels,
  setLoggedModelTags,
} from "@trellis/core/tracking/index.ts";
import { protocolModelId, protocolRunId } from "@trellis/core/tracking/domain/protocol-ids.ts";
import { experimentId, keyValue, modelId } from "./protocol/common-fields.ts";
import { type Endpoint, endpoint } from "./protocol/endpoint.ts";
import { flag, integer, list, oneOf, optional, orElse, pageToken, record, required, text } from "./protocol/fields.ts";
import { wireList } from "./protocol/wire-json.ts";
import { orNothing, wireMetric } from "./protocol/wire-records.ts";

const ORDER = record({ fieldName: required(text), ascending: orElse(flag, true), datasetName: optional(text), datasetDigest: optional(text) });

/** Models that clients of MLflow 3 log; registered, they become versions. */
export const LOGGED_MODEL_ENDPOINTS: Endpoint[] = [
  endpoint({
    at: "POST /mlflow/logged-models",
    access: "project.write",
    fields: {
      experimentId: required(experimentId),
      name: optional(text),
      modelType: optional(text),
      sourceRunId: optional(text),
      params: orElse(list(keyValue), []),
      tags: orElse(list(keyValue), []),
    },
    run: async ({ ctx, scope }, input) => ({ model: wireLoggedModel(await createLoggedModel(ctx, { scope, ...input })) }),
  }),
  endpoint({
    at: "POST /mlflow/logged-models/search",
    access: "project.read",
    fields: {
      experimentIds: required(list(experimentId)),
      filter: optional(text),
      datasets: orElse(list(record({ datasetName: required(text), datasetDigest: optional(text) })), []),
      maxResults: optional(integer),
      orderBy: orElse(list(ORDER), []),
      pageToken: orElse(pageToken, null),
    },
    run: async ({ ctx, scope }, { datasets, ...input }) => {
      const choices = datasets.map(({ datasetName, datasetDigest }) => ({ name: datasetName, digest: datasetDigest }));
      const found = await searchLoggedModels(ctx, { scope, datasets: choices, ...input });
      return { models: wireList(found.models, wireLoggedModel), next_page_token: found.nextPageToken ?? undefined };
    },
  }),
  endpoint({
    at: "GET /mlflow/logged-models/{model_id}",
    access: "project.read",
    fields: { modelId: required(modelId), allowDeleted: orElse(flag, false) },
    run: async ({ ctx }, input) => ({ model: wireLoggedModel(await getLoggedModel(ctx, input)) }),
  }),
  endpoint({
    at: "PATCH /mlflow/logged-models/{model_id}",
    access: "project.write",
    fields: { modelId: required(modelId), status: required(oneOf("LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED")) },
    run: async ({ ctx }, input) => ({ model: wireLoggedModel(await finalizeLoggedModel(ctx, input)) }),
  }),
  endpoint({
    at: "DELETE /mlflow/logged-models/{model_id}",
    access: "project.write",
    fields: { modelId: required(modelId) },
    run: async ({ ctx }, input) => {
      await deleteLoggedModel(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "PATCH /mlflow/logged-models/{model_id}/tags",
    access: "project.write",
    fields: { modelId: required(modelId), tags: orElse(list(keyValue), []) },
    run: async ({ ctx }, input) => {
      await setLoggedModelTags(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "DELETE /mlflow/logged-models/{model_id}/tags/{key...}",
    access: "project.write",
    fields: { modelId: required(modelId), key: required(text) },
    run: async ({ ctx }, input) => {
      await deleteLoggedModelTag(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/logged-models/{model_id}/params",
    access: "project.write",
    fields: { modelId: required(modelId), params: orElse(list(keyValue), []) },
    run: async ({ ctx }, input) => {
      await logLoggedModelParams(ctx, input);
      return {};
    },
  }),
];

/** A logged model on the wire. Who made it is left out: the protocol has a number for that. */
function wireLoggedModel(model: LoggedModel): object {
  return {
    info: {
      model_id: protocolModelId(model.modelId),
      experiment_id: String(model.experimentId),
      name: model.name,
      creation_timestamp_ms: model.creationTime,
      last_updated_timestamp_ms: model.lastUpdateTime,
      artifact_uri: model.artifactUri,
      status: model.status,
      model_type: model.modelType ?? undefined,
      source_run_id: model.sourceRunId ?? undefined,
      tags: orNothing(model.tags),
    },
    data: {
      params: orNothing(model.params),
      metrics: wireList(model.metrics, (metric) => ({
        ...wireMetric(metric),
        model_id: protocolModelId(metric.modelId),
        run_id: protocolRunId(metric.runId),
        dataset_name: metric.datasetName || undefined,
        dataset_digest: metric.datasetDigest || undefined,
      })),
    },
  };
}
