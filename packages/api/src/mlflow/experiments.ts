import {
  createExperiment,
  deleteExperiment,
  deleteExperimentTag,
  getExperiment,
  getExperimentByName,
  restoreExperiment,
  searchExperimentDatasets,
  searchExperiments,
  setExperimentTag,
  updateExperiment,
} from "@trellis/core/tracking/index.ts";
import { experimentId, keyValue, view } from "./protocol/common-fields.ts";
import { type Endpoint, endpoint } from "./protocol/endpoint.ts";
import { integer, list, optional, orElse, pageToken, required, text } from "./protocol/fields.ts";
import { wireList } from "./protocol/wire-json.ts";
import { wireExperiment } from "./protocol/wire-records.ts";

const SEARCH = {
  maxResults: optional(integer),
  pageToken: orElse(pageToken, null),
  filter: optional(text),
  orderBy: orElse(list(text), []),
  viewType: orElse(view, "active"),
};

/** Experiments: named sets of runs. */
export const EXPERIMENT_ENDPOINTS: Endpoint[] = [
  endpoint({
    at: "POST /mlflow/experiments/create",
    access: "project.write",
    fields: { name: required(text), artifactLocation: optional(text), tags: orElse(list(keyValue), []) },
    run: async ({ ctx, scope }, input) => {
      const made = await createExperiment(ctx, { scope, ...input, artifactLocation: input.artifactLocation || null });
      return { experiment_id: String(made.experimentId) };
    },
  }),
  endpoint({
    at: "GET /mlflow/experiments/get",
    access: "project.read",
    fields: { experimentId: required(experimentId) },
    run: async ({ ctx, scope }, input) => ({ experiment: wireExperiment(await getExperiment(ctx, { scope, ...input })) }),
  }),
  endpoint({
    at: "GET /mlflow/experiments/get-by-name",
    access: "project.read",
    fields: { experimentName: required(text) },
    run: async ({ ctx, scope }, input) => ({ experiment: wireExperiment(await getExperimentByName(ctx, { scope, name: input.experimentName })) }),
  }),
  ...(["GET", "POST"] as const).map((method) =>
    endpoint({
      at: `${method} /mlflow/experiments/search`,
      access: "project.read",
      fields: SEARCH,
      run: async ({ ctx, scope }, { viewType, ...input }) => {
        const found = await searchExperiments(ctx, { scope, view: viewType, ...input });
        return { experiments: wireList(found.experiments, wireExperiment), next_page_token: found.nextPageToken ?? undefined };
      },
    }),
  ),
  endpoint({
    at: "POST /mlflow/experiments/update",
    access: "project.write",
    fields: { experimentId: required(experimentId), newName: required(text) },
    run: async ({ ctx, scope }, input) => {
      await updateExperiment(ctx, { scope, experimentId: input.experimentId, name: input.newName });
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/experiments/delete",
    access: "project.write",
    fields: { experimentId: required(experimentId) },
    run: async ({ ctx, scope }, input) => {
      await deleteExperiment(ctx, { scope, ...input });
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/experiments/restore",
    access: "project.write",
    fields: { experimentId: required(experimentId) },
    run: async ({ ctx, scope }, input) => {
      await restoreExperiment(ctx, { scope, ...input });
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/experiments/set-experiment-tag",
    access: "project.write",
    fields: { experimentId: required(experimentId), key: required(text), value: orElse(text, "") },
    run: async ({ ctx, scope }, input) => {
      await setExperimentTag(ctx, { scope, ...input });
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/experiments/delete-experiment-tag",
    access: "project.write",
    fields: { experimentId: required(experimentId), key: required(text) },
    run: async ({ ctx, scope }, input) => {
      await deleteExperimentTag(ctx, { scope, ...input });
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/experiments/search-datasets",
    mount: "ajax",
    access: "project.read",
    fields: { experimentIds: required(list(experimentId)) },
    run: async ({ ctx, scope }, input) => ({
      dataset_summaries: wireList(await searchExperimentDatasets(ctx, { scope, ...input }), (dataset) => ({
        experiment_id: String(dataset.experimentId),
        name: dataset.name,
        digest: dataset.digest,
        context: dataset.context ?? undefined,
      })),
    }),
  }),
];
