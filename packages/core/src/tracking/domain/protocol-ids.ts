import { CoreError } from "../../kernel/errors.ts";

/** Where files of an experiment lie: its own location, or the portal's store, which clients reach through the portal. */
export type ExperimentLocation = { id: number; artifactLocation: string | null };

const HEX_ID = /^[0-9a-f]{32}$/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MAX_EXPERIMENT_ID = 2_147_483_647;

/** A run's id as the MLflow protocol has it: 32 hex digits. */
export function protocolRunId(runId: string): string {
  return runId.replaceAll("-", "");
}

/** The id that a client calls a run by, as a UUID; NOT_FOUND when no run can have it. */
export function runIdOfProtocol(text: string): string {
  const id = uuidOf(text);
  if (!id) throw runNotFound(text);
  return id;
}

/** The NOT_FOUND of a run, in the words that clients look for. */
export function runNotFound(runId: string): CoreError {
  return new CoreError("NOT_FOUND", `Run with id=${protocolRunId(runId)} not found`);
}

/** A logged model's id as the protocol has it: `m-` and 32 hex digits. */
export function protocolModelId(modelId: string): string {
  return `m-${modelId.replaceAll("-", "")}`;
}

/** The id that a client calls a logged model by, as a UUID; NOT_FOUND when no model can have it. */
export function modelIdOfProtocol(text: string): string {
  const id = text.startsWith("m-") ? uuidOf(text.slice(2)) : null;
  if (!id) throw new CoreError("NOT_FOUND", `Logged model with ID '${text}' not found`);
  return id;
}

/** The NOT_FOUND of a logged model, in the words that clients look for. */
export function modelNotFound(modelId: string): CoreError {
  return new CoreError("NOT_FOUND", `Logged model with ID '${protocolModelId(modelId)}' not found`);
}

/** The number of an experiment, which clients send as decimal text. INVALID when it is none, NOT_FOUND beyond what there can be. */
export function experimentIdOfProtocol(text: string): number {
  if (!/^[0-9]{1,30}$/.test(text)) throw new CoreError("INVALID", `Invalid experiment ID: '${text}'. It is a whole number.`);
  const id = Number(text);
  if (id > MAX_EXPERIMENT_ID) throw experimentNotFound(text);
  return id;
}

/** The NOT_FOUND of an experiment, in the words that clients look for. */
export function experimentNotFound(experimentId: number | string): CoreError {
  return new CoreError("NOT_FOUND", `No Experiment with id=${experimentId} exists`);
}

/** Where an experiment's files lie. */
export function experimentArtifactLocation(experiment: ExperimentLocation): string {
  return experiment.artifactLocation ?? `mlflow-artifacts:/experiments/${experiment.id}`;
}

/** Where a run's files lie. */
export function runArtifactUri(experiment: ExperimentLocation, runId: string): string {
  return within(experiment, `${protocolRunId(runId)}/artifacts`);
}

/** Where a logged model's files lie. */
export function modelArtifactUri(experiment: ExperimentLocation, modelId: string): string {
  return within(experiment, `models/${protocolModelId(modelId)}/artifacts`);
}

function within(experiment: ExperimentLocation, path: string): string {
  return `${experimentArtifactLocation(experiment).replace(/\/+$/, "")}/${path}`;
}

function uuidOf(text: string): string | null {
  if (UUID.test(text)) return text.toLowerCase();
  if (!HEX_ID.test(text)) return null;
  const hex = text.toLowerCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
