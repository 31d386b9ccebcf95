import { ARTIFACT_ENDPOINTS } from "./artifacts.ts";
import { PLAIN_ROUTES } from "./plain-routes.ts";
import type { Endpoint } from "./protocol/endpoint.ts";
import { REGISTRY_ENDPOINTS } from "./registry.ts";

/** All that the MLflow door answers. */
export const ENDPOINTS: readonly Endpoint[] = [...PLAIN_ROUTES, ...REGISTRY_ENDPOINTS, ...ARTIFACT_ENDPOINTS];
