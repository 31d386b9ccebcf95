import type { Experiment, MetricValue, TrackedRun, TrackedRunInfo } from "@trellis/core/tracking/index.ts";
import { protocolModelId, protocolRunId } from "@trellis/core/tracking/domain/protocol-ids.ts";
import { wireDouble, wireInteger, wireList } from "./wire-json.ts";

/** An experiment on the wire. */
export function wireExperiment(experiment: Experiment): object {
  return {
    experiment_id: String(experiment.experimentId),
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: experiment.creationTime,
    last_update_time: experiment.lastUpdateTime,
    tags: orNothing(experiment.tags),
  };
}

/** A whole run on the wire. */
export function wireRun(run: TrackedRun): object {
  return {
    info: wireRunInfo(run),
    data: { metrics: wireList(run.metrics, wireMetric), params: orNothing(run.params), tags: orNothing(run.tags) },
    inputs: {
      dataset_inputs: wireList(run.datasetInputs, ({ tags, ...dataset }) => ({
        tags: orNothing(tags),
        dataset: {
          name: dataset.name,
          digest: dataset.digest,
          source_type: dataset.sourceType ?? undefined,
          source: dataset.source ?? undefined,
          schema: dataset.schema ?? undefined,
          profile: dataset.profile ?? undefined,
        },
      })),
      model_inputs: wireList(run.modelInputs, (input) => ({ model_id: protocolModelId(input.modelId) })),
    },
    outputs: { model_outputs: wireList(run.modelOutputs, (output) => ({ model_id: protocolModelId(output.modelId), step: wireInteger(output.step) })) },
  };
}

/** What a run is, without what was logged to it. */
export function wireRunInfo(run: TrackedRunInfo): object {
  const id = protocolRunId(run.runId);
  return {
    run_id: id,
    run_uuid: id,
    run_name: run.name,
    experiment_id: String(run.experimentId),
    user_id: run.userName,
    status: run.status,
    start_time: wireInteger(run.startTime),
    end_time: run.endTime === null ? undefined : wireInteger(run.endTime),
    artifact_uri: run.artifactUri,
    lifecycle_stage: run.lifecycleStage,
  };
}

/** A point of a metric. */
export function wireMetric(metric: MetricValue): object {
  return { key: metric.key, value: wireDouble(metric.value), timestamp: wireInteger(metric.timestamp), step: wireInteger(metric.step) };
}

/** Entries are on the wire as they are; none are left out. */
export function orNothing<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length > 0 ? items : undefined;
}
