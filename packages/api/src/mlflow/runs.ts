import {
  createTrackedRun,
  deleteRunTag,
  deleteTrackedRun,
  getTrackedRun,
  logBatch,
  restoreTrackedRun,
  searchRuns,
  updateTrackedRun,
} from "@trellis/core/tracking/index.ts";
import { enumeration, experimentId, keyValue, modelId, runId, view } from "./protocol/common-fields.ts";
import { type Endpoint, endpoint } from "./protocol/endpoint.ts";
import { double, int64, integer, list, mapped, optional, orElse, pageToken, record, required, text } from "./protocol/fields.ts";
import { wireList } from "./protocol/wire-json.ts";
import { wireRun, wireRunInfo } from "./protocol/wire-records.ts";

/** An empty id is none. */
const modelOrNone = mapped(text, (sent) => (sent === "" ? null : modelId.read(sent)));

const METRIC = {
  key: required(text),
  value: required(double),
  timestamp: required(int64),
  step: orElse(int64, 0n),
  modelId: orElse(modelOrNone, null),
  datasetName: optional(text),
  datasetDigest: optional(text),
};

/** Runs, and what is logged to them. */
export const RUN_ENDPOINTS: Endpoint[] = [
  endpoint({
    at: "POST /mlflow/runs/create",
    access: "project.write",
    fields: {
      experimentId: orElse(experimentId, 0),
      userId: orElse(text, ""),
      runName: optional(text),
      startTime: optional(int64),
      tags: orElse(list(keyValue), []),
    },
    run: async ({ ctx, scope }, { userId, ...input }) => ({ run: wireRun(await createTrackedRun(ctx, { scope, userName: userId, ...input })) }),
  }),
  endpoint({
    at: "GET /mlflow/runs/get",
    access: "project.read",
    fields: { runId: required(runId) },
    run: async ({ ctx }, input) => ({ run: wireRun(await getTrackedRun(ctx, input)) }),
  }),
  endpoint({
    at: "POST /mlflow/runs/update",
    access: "project.write",
    fields: {
      runId: required(runId),
      status: optional(enumeration("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED")),
      endTime: optional(int64),
      runName: optional(text),
    },
    run: async ({ ctx }, input) => ({ run_info: wireRunInfo(await updateTrackedRun(ctx, input)) }),
  }),
  endpoint({
    at: "POST /mlflow/runs/delete",
    access: "project.write",
    fields: { runId: required(runId) },
    run: async ({ ctx }, input) => {
      await deleteTrackedRun(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/runs/restore",
    access: "project.write",
    fields: { runId: required(runId) },
    run: async ({ ctx }, input) => {
      await restoreTrackedRun(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/runs/search",
    access: "project.read",
    fields: {
      experimentIds: orElse(list(experimentId), []),
      filter: optional(text),
      runViewType: orElse(view, "active"),
      maxResults: optional(integer),
      orderBy: orElse(list(text), []),
      pageToken: orElse(pageToken, null),
    },
    run: async ({ ctx, scope }, { runViewType, ...input }) => {
      const found = await searchRuns(ctx, { scope, view: runViewType, ...input });
      return { runs: wireList(found.runs, wireRun), next_page_token: found.nextPageToken ?? undefined };
    },
  }),
  endpoint({
    at: "POST /mlflow/runs/log-metric",
    access: "project.write",
    fields: { runId: required(runId), ...METRIC },
    run: async ({ ctx }, { runId: run, ...metric }) => {
      await logBatch(ctx, { runId: run, metrics: [metric] });
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/runs/log-parameter",
    access: "project.write",
    fields: { runId: required(runId), key: required(text), value: orElse(text, "") },
    run: async ({ ctx }, { runId: run, key, value }) => {
      await logBatch(ctx, { runId: run, params: [{ key, value }] });
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/runs/set-tag",
    access: "project.write",
    fields: { runId: required(runId), key: required(text), value: orElse(text, "") },
    run: async ({ ctx }, { runId: run, key, value }) => {
      await logBatch(ctx, { runId: run, tags: [{ key, value }] });
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/runs/delete-tag",
    access: "project.write",
    fields: { runId: required(runId), key: required(text) },
    run: async ({ ctx }, input) => {
      await deleteRunTag(ctx, input);
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/runs/log-batch",
    access: "project.write",
    fields: {
      runId: required(runId),
      metrics: orElse(list(record(METRIC)), []),
      params: orElse(list(keyValue), []),
      tags: orElse(list(keyValue), []),
    },
    run: async ({ ctx }, input) => {
      await logBatch(ctx, input);
      return {};
    },
  }),
];
