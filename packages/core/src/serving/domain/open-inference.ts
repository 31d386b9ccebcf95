import type { FeatureRow } from "./feature-row.ts";
import { type Column, rowsFromColumns } from "./check-rows.ts";
import { eventTimesOf } from "./event-times.ts";
import { describeValue, type FieldType, type Signature, type SignatureField } from "./feature-value.ts";
import { invalidRequest } from "./inference-error.ts";

// Open Inference Protocol, version 2, REST: https://github.com/kserve/open-inference-protocol

export type Tensor = { name: string; datatype: string; shape: number[]; data: unknown[] };

export type InferRequest = {
  /** As the caller gave it, to be echoed. */
  id: string | null;
  rows: FeatureRow[];
  /** When each row happened. */
  eventTimes: Date[];
  /** Names of the outputs wanted, in that order; null = all. */
  outputs: string[] | null;
};

const INTEGERS = ["INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"];
const FLOATS = ["FP16", "FP32", "FP64"];

/** Datatypes that a feature of each type may be sent as. */
const ACCEPTED: Record<FieldType, string[]> = {
  double: [...FLOATS, ...INTEGERS],
  integer: [...INTEGERS, ...FLOATS],
  string: ["BYTES"],
  boolean: ["BOOL"],
  datetime: ["BYTES"],
};

/** The datatype that a field is described and answered with. */
export function datatypeOf(type: FieldType): string {
  switch (type) {
    case "double":
      return "FP64";
    case "integer":
      return "INT64";
    case "boolean":
      return "BOOL";
    case "string":
    case "datetime":
      return "BYTES";
  }
}

/**
 * Reads the body of `POST …/infer` against a signature: one tensor a feature, shape [n] or [n, 1], data flat or nested.
 * Throws INVALID naming feature, row and expected type.
 */
export function parseInferRequest(body: unknown, signature: Signature, options: { eventTimeHeader?: string | undefined; now: Date }): InferRequest {
  if (!isObject(body)) throw invalidRequest(`The body must be an object with "inputs", got ${describeValue(body)}.`);
  const { id, inputs, outputs, parameters } = body;
  if (id !== undefined && id !== null && typeof id !== "string") throw invalidRequest(`"id" must be a text, got ${describeValue(id)}.`);
  if (!Array.isArray(inputs)) throw invalidRequest(`"inputs" must be a list of tensors, one a feature, got ${describeValue(inputs)}.`);
  const fields = new Map(signature.inputs.map((field) => [field.name, field]));
  const columns = inputs.map((tensor, at) => readTensor(tensor, at, fields));
  const rows = rowsFromColumns(signature, columns);
  return {
    id: typeof id === "string" ? id : null,
    rows,
    eventTimes: eventTimesOf(parameters, options.eventTimeHeader, rows.length, options.now),
    outputs: wantedOutputs(outputs, signature),
  };
}

function readTensor(tensor: unknown, at: number, fields: Map<string, SignatureField>): Column {
  if (!isObject(tensor)) throw invalidRequest(`inputs[${at}] must be an object with name, datatype, shape and data, got ${describeValue(tensor)}.`);
  const { name, datatype, shape, data } = tensor;
  if (typeof name !== "string" || name === "") throw invalidRequest(`inputs[${at}].name must be the name of a feature, got ${describeValue(name)}.`);
  const label = `Feature "${name}"`;
  if (typeof datatype !== "string") throw invalidRequest(`${label}: "datatype" is missing.`);
  const field = fields.get(name);
  if (field && !ACCEPTED[field.type].includes(datatype)) {
    throw invalidRequest(`${label}: expected ${field.type}, sent as ${ACCEPTED[field.type].join(", ")}; got the datatype ${datatype.slice(0, 20)}.`);
  }
  if (!Array.isArray(data)) throw invalidRequest(`${label}: "data" must be a list, got ${describeValue(data)}.`);
  const rows = rowsOfShape(shape, label);
  return { name, values: flatten(data, rows, label) };
}

function rowsOfShape(shape: unknown, label: string): number {
  const sizes: unknown[] = Array.isArray(shape) ? shape : [];
  const [rows, width, ...rest] = sizes;
  const isRows = typeof rows === "number" && Number.isSafeInteger(rows) && rows >= 0;
  if (!isRows || rest.length > 0 || (width !== undefined && width !== 1)) {
    throw invalidRequest(`${label}: "shape" must be [n] or [n, 1], n the number of rows, got ${JSON.stringify(shape ?? null).slice(0, 60)}.`);
  }
  return rows;
}

/** Flat data as it is; `[[1], [2]]` becomes `[1, 2]`. */
function flatten(data: unknown[], rows: number, label: string): unknown[] {
  const isNested = data.some((value) => Array.isArray(value));
  const flat: unknown[] = [];
  for (const [at, value] of data.entries()) {
    if (isNested && (!Array.isArray(value) || value.length !== 1))
      throw invalidRequest(`${label}, row ${at + 1}: nested data must have lists of one value each, got ${describeValue(value)}.`);
    flat.push(Array.isArray(value) ? value[0] : value);
  }
  if (flat.length !== rows) throw invalidRequest(`${label}: "shape" says ${rows} rows, "data" has ${flat.length}.`);
  return flat;
}

function wantedOutputs(outputs: unknown, signature: Signature): string[] | null {
  if (outputs === undefined || outputs === null) return null;
  if (!Array.isArray(outputs)) throw invalidRequest(`"outputs" must be a list of objects with a name, got ${describeValue(outputs)}.`);
  if (outputs.length === 0) return null;
  return outputs.map((output: unknown, at) => {
    const name = isObject(output) ? output.name : undefined;
    if (typeof name !== "string") throw invalidRequest(`outputs[${at}].name must be the name of an output, got ${describeValue(name)}.`);
    if (!signature.outputs.some((field) => field.name === name)) {
      throw invalidRequest(`Unknown output "${name.slice(0, 100)}". This model gives: ${signature.outputs.map((field) => field.name).join(", ")}.`);
    }
    return name;
  });
}

/** Builds the answer of `POST …/infer`: one tensor an output, the caller's id echoed. */
export function renderInferResponse(
  request: Pick<InferRequest, "id" | "outputs">,
  model: { name: string; version: number },
  signature: Signature,
  predictions: Record<string, unknown>[],
): { model_name: string; model_version: string; id?: string; outputs: Tensor[] } {
  const fields = signature.outputs.length > 0 ? signature.outputs : guessFields(predictions);
  const wanted = request.outputs ?? fields.map((field) => field.name);
  const outputs = wanted.map((name): Tensor => {
    const field = fields.find((candidate) => candidate.name === name);
    const data = predictions.map((prediction) => prediction[name] ?? null);
    return { name, datatype: datatypeOf(field?.type ?? "string"), shape: [data.length], data };
  });
  return { model_name: model.name, model_version: String(model.version), ...(request.id === null ? {} : { id: request.id }), outputs };
}

/** For a model whose signature names no outputs: types from the first answer. */
function guessFields(predictions: Record<string, unknown>[]): SignatureField[] {
  return Object.entries(predictions[0] ?? {}).map(([name, value]) => ({
    name,
    type: typeof value === "number" ? "double" : typeof value === "boolean" ? "boolean" : "string",
  }));
}

/** `GET /v2`. */
export function serverMetadata(version: string): { name: string; version: string; extensions: string[] } {
  return { name: "trellis", version, extensions: [] };
}

/** `GET /v2/models/<model>`. */
export function modelMetadata(model: { name: string; version: number; platform: string }, signature: Signature) {
  const tensor = (field: SignatureField) => ({ name: field.name, datatype: datatypeOf(field.type), shape: [-1] });
  return {
    name: model.name,
    versions: [String(model.version)],
    platform: model.platform,
    inputs: signature.inputs.map(tensor),
    outputs: signature.outputs.map(tensor),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
