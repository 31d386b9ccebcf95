import { MODEL_VERSION_ENDPOINTS } from "./model-versions.ts";
import type { Endpoint } from "./protocol/endpoint.ts";
import { REGISTERED_MODEL_ENDPOINTS } from "./registered-models.ts";
import { WEBHOOK_ENDPOINTS } from "./webhooks.ts";

/** Endpoints of the model registry. */
export const REGISTRY_ENDPOINTS: Endpoint[] = [...REGISTERED_MODEL_ENDPOINTS, ...MODEL_VERSION_ENDPOINTS, ...WEBHOOK_ENDPOINTS];
