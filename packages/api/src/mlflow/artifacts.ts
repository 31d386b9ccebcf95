import type { Endpoint } from "./protocol/endpoint.ts";

/** Endpoints of the artifact store. */
export const ARTIFACT_ENDPOINTS: Endpoint[] = [];
