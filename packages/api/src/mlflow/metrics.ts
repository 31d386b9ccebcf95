import { metricHistoryBulk, metricHistoryInterval, metricHistoryPage, type TrackedRunPoint } from "@trellis/core/tracking/index.ts";
import { protocolRunId } from "@trellis/core/tracking/domain/protocol-ids.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { runId } from "./protocol/common-fields.ts";
import { type Endpoint, endpoint } from "./protocol/endpoint.ts";
import { int64, integer, list, optional, orElse, pageToken, required, text } from "./protocol/fields.ts";
import { wireList } from "./protocol/wire-json.ts";
import { wireMetric } from "./protocol/wire-records.ts";

const MAX_RUNS = 100;

/** Every point of metrics. */
export const METRIC_ENDPOINTS: Endpoint[] = [
  endpoint({
    at: "GET /mlflow/metrics/get-history",
    access: "project.read",
    fields: { runId: required(runId), metricKey: required(text), maxResults: optional(integer), pageToken: orElse(pageToken, null) },
    run: async ({ ctx }, { metricKey, ...input }) => {
      const page = await metricHistoryPage(ctx, { key: metricKey, ...input });
      return { metrics: wireList(page.metrics, wireMetric), next_page_token: page.nextPageToken ?? undefined };
    },
  }),
  endpoint({
    at: "GET /mlflow/metrics/get-history-bulk",
    mount: "ajax",
    access: "project.read",
    fields: { runId: orElse(list(runId), []), metricKey: optional(text), maxResults: optional(integer) },
    run: async ({ ctx }, { runId: runIds, metricKey, maxResults }) => {
      if (runIds.length === 0) throw new CoreError("INVALID", "The request must specify at least one run_id.");
      if (runIds.length > MAX_RUNS) throw new CoreError("INVALID", `The request cannot specify more than ${MAX_RUNS} run_ids.`);
      if (metricKey === null) throw new CoreError("INVALID", "The request must specify a metric_key.");
      return { metrics: wireList(await metricHistoryBulk(ctx, { runIds, key: metricKey, maxResults }), wirePoint) };
    },
  }),
  endpoint({
    at: "GET /mlflow/metrics/get-history-bulk-interval",
    access: "project.read",
    fields: {
      runIds: required(list(runId)),
      metricKey: required(text),
      startStep: optional(int64),
      endStep: optional(int64),
      maxResults: optional(integer),
    },
    run: async ({ ctx }, { metricKey, ...input }) => ({ metrics: wireList(await metricHistoryInterval(ctx, { key: metricKey, ...input }), wirePoint) }),
  }),
];

/** A point of a metric, and of which run it is. */
function wirePoint(point: TrackedRunPoint): object {
  return { ...wireMetric(point), run_id: protocolRunId(point.runId) };
}
