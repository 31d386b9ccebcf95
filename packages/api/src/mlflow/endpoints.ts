import { ARTIFACT_ENDPOINTS } from "./artifacts.ts";
import { EXPERIMENT_ENDPOINTS } from "./experiments.ts";
import { LOGGED_MODEL_ENDPOINTS } from "./logged-models.ts";
import { METRIC_ENDPOINTS } from "./metrics.ts";
import { PLAIN_ROUTES } from "./plain-routes.ts";
import type { Endpoint } from "./protocol/endpoint.ts";
import { REGISTRY_ENDPOINTS } from "./registry.ts";
import { RUN_INPUT_ENDPOINTS } from "./run-inputs.ts";
import { RUN_ENDPOINTS } from "./runs.ts";

/** All that the MLflow door answers. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...PLAIN_ROUTES,
  ...EXPERIMENT_ENDPOINTS,
  ...RUN_ENDPOINTS,
  ...RUN_INPUT_ENDPOINTS,
  ...METRIC_ENDPOINTS,
  ...LOGGED_MODEL_ENDPOINTS,
  ...REGISTRY_ENDPOINTS,
  ...ARTIFACT_ENDPOINTS,
];
