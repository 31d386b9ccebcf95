import type { Endpoint } from "./protocol/endpoint.ts";

/** Endpoints of the model registry. */
export const REGISTRY_ENDPOINTS: Endpoint[] = [];
