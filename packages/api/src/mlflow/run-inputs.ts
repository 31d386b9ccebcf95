import { logInputs, logModelHistory, logOutputs } from "@trellis/core/tracking/index.ts";
import { keyValue, modelId, runId } from "./protocol/common-fields.ts";
import { type Endpoint, endpoint } from "./protocol/endpoint.ts";
import { int64, list, optional, orElse, record, required, text } from "./protocol/fields.ts";

const DATASET = record({
  name: required(text),
  digest: required(text),
  sourceType: required(text),
  source: required(text),
  schema: optional(text),
  profile: optional(text),
});

/** What runs read and made: datasets and models. */
export const RUN_INPUT_ENDPOINTS: Endpoint[] = [
  endpoint({
    at: "POST /mlflow/runs/log-inputs",
    access: "project.write",
    fields: {
      runId: required(runId),
      datasets: orElse(list(record({ dataset: required(DATASET), tags: orElse(list(keyValue), []) })), []),
      models: orElse(list(record({ modelId: required(modelId) })), []),
    },
    run: async ({ ctx }, input) => {
      await logInputs(ctx, { ...input, datasets: input.datasets.map(({ dataset, tags }) => ({ ...dataset, tags })) });
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/runs/outputs",
    access: "project.write",
    fields: { runId: required(runId), models: orElse(list(record({ modelId: required(modelId), step: orElse(int64, 0n) })), []) },
    run: async ({ ctx }, input) => {
      await logOutputs(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/runs/log-model",
    access: "project.write",
    fields: { runId: required(runId), modelJson: required(text) },
    run: async ({ ctx }, input) => {
      await logModelHistory(ctx, input);
      return {};
    },
  }),
];
