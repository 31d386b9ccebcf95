import { type Endpoint, endpoint, RawAnswer } from "./protocol/endpoint.ts";

/**
 * What `/version` tells: clients send spans of traces to servers of 3.4 and above, and this one takes none. No other call
 * looks at it.
 */
const PROTOCOL_VERSION = "3.3.2";

const TEXT = { "content-type": "text/plain; charset=utf-8" };

/** What clients ask about the server itself; needs no token. */
export const PLAIN_ROUTES: Endpoint[] = [
  endpoint({ at: "GET /health", mount: "root", access: "public", fields: {}, run: async () => new RawAnswer("OK", TEXT) }),
  endpoint({ at: "GET /version", mount: "root", access: "public", fields: {}, run: async () => new RawAnswer(PROTOCOL_VERSION, TEXT) }),
  endpoint({
    at: "GET /mlflow/server-info",
    version: 3,
    access: "public",
    fields: {},
    run: async () => ({
      store_type: "SqlStore",
      workspaces_enabled: false,
      trace_archival_enabled: false,
      multipart_uploads_enabled: false,
      multipart_downloads_enabled: false,
    }),
  }),
];
