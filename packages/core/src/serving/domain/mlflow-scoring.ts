import type { FeatureRow } from "./feature-row.ts";
import { type Column, rowsFromColumns, rowsFromRecords } from "./check-rows.ts";
import { CsvError, parseCsv } from "./csv.ts";
import { eventTimesOf } from "./event-times.ts";
import { describeValue, type FieldType, parseMoment, type Signature } from "./feature-value.ts";
import { invalidRequest } from "./inference-error.ts";

// The scoring protocol of MLflow's model server, `POST /invocations`: https://mlflow.org/docs/latest/ml/deployment/

export type ScoringRequest = { rows: FeatureRow[]; eventTimes: Date[] };

const FORMS = ["dataframe_split", "dataframe_records", "instances", "inputs"] as const;

/**
 * Reads a JSON body: exactly one of `dataframe_split`, `dataframe_records`, `instances` (a row each: objects, or lists in the
 * order of the signature) and `inputs` (a list of values by feature, or rows). Throws INVALID naming feature, row and type.
 */
export function parseScoringRequest(body: unknown, signature: Signature, options: { eventTimeHeader?: string | undefined; now: Date }): ScoringRequest {
  if (!isObject(body)) throw invalidRequest(`The body must be an object with one of ${FORMS.join(", ")}, got ${describeValue(body)}.`);
  const given = FORMS.filter((form) => body[form] !== undefined);
  const [form, second] = given;
  if (!form) throw invalidRequest(`The body must have one of ${FORMS.join(", ")}. It has: ${Object.keys(body).slice(0, 10).join(", ") || "nothing"}.`);
  if (second) throw invalidRequest(`The body has ${given.join(" and ")}; it must have exactly one of them.`);
  const rows = readRows(form, body[form], signature);
  const parameters = { ...(isObject(body.params) ? body.params : {}), ...(isObject(body.parameters) ? body.parameters : {}) };
  return { rows, eventTimes: eventTimesOf(parameters, options.eventTimeHeader, rows.length, options.now) };
}

/** Reads a CSV body with a header line; cells are read by the types of the signature, empty ones are null. */
export function parseScoringCsv(text: string, signature: Signature, options: { eventTimeHeader?: string | undefined; now: Date }): ScoringRequest {
  const table = readTable(text);
  const types = new Map(signature.inputs.map((field) => [field.name, field.type]));
  const columns = table.header.map((name, at): Column => ({ name, values: table.rows.map((cells) => readCell(cells[at] ?? null, types.get(name))) }));
  const rows = rowsFromColumns(signature, columns);
  return { rows, eventTimes: eventTimesOf({}, options.eventTimeHeader, rows.length, options.now) };
}

/** The answer: one object of outputs a row. */
export function renderScoringResponse(predictions: Record<string, unknown>[]): { predictions: Record<string, unknown>[] } {
  return { predictions };
}

/** The shape of an error, with MLflow's own codes. */
export function scoringError(
  code: "BAD_REQUEST" | "PERMISSION_DENIED" | "UNAUTHENTICATED" | "RESOURCE_DOES_NOT_EXIST" | "TEMPORARILY_UNAVAILABLE" | "INTERNAL_ERROR",
  message: string,
) {
  return { error_code: code, message };
}

function readRows(form: (typeof FORMS)[number], value: unknown, signature: Signature): FeatureRow[] {
  switch (form) {
    case "dataframe_split":
      return readSplit(value, signature);
    case "dataframe_records":
      if (!Array.isArray(value)) throw invalidRequest(`"dataframe_records" must be a list of rows, got ${describeValue(value)}.`);
      return rowsFromRecords(signature, value);
    case "instances":
      return readInstances(value, signature);
    case "inputs":
      return Array.isArray(value) ? readInstances(value, signature, "inputs") : readNamed(value, signature);
  }
}

function readSplit(value: unknown, signature: Signature): FeatureRow[] {
  const { columns, data } = isObject(value) ? value : {};
  if (!Array.isArray(columns) || !columns.every((name) => typeof name === "string"))
    throw invalidRequest('"dataframe_split.columns" must be a list of feature names.');
  if (!Array.isArray(data)) throw invalidRequest(`"dataframe_split.data" must be a list of rows, got ${describeValue(data)}.`);
  return rowsFromColumns(signature, columnsOf(columns, data, "dataframe_split.data"));
}

function readInstances(value: unknown, signature: Signature, form = "instances"): FeatureRow[] {
  if (!Array.isArray(value)) throw invalidRequest(`"${form}" must be a list of rows, got ${describeValue(value)}.`);
  if (!Array.isArray(value[0])) return rowsFromRecords(signature, value);
  const names = signature.inputs.map((field) => field.name);
  return rowsFromColumns(signature, columnsOf(names, value, form));
}

/** `{"distance": [1, 2], "origin": ["A", "B"]}`; single values make one row. */
function readNamed(value: unknown, signature: Signature): FeatureRow[] {
  if (!isObject(value)) throw invalidRequest(`"inputs" must be lists of values by feature, or a list of rows, got ${describeValue(value)}.`);
  const columns = Object.entries(value).map(([name, values]): Column => ({ name, values: Array.isArray(values) ? values.map(unwrap) : [values] }));
  return rowsFromColumns(signature, columns);
}

function columnsOf(names: string[], data: unknown[], where: string): Column[] {
  for (const [at, row] of data.entries()) {
    if (!Array.isArray(row))
      throw invalidRequest(`${where}, row ${at + 1} of ${data.length}: expected a list of ${names.length} values, got ${describeValue(row)}.`);
    if (row.length !== names.length)
      throw invalidRequest(`${where}, row ${at + 1} of ${data.length}: it has ${row.length} values for ${names.length} features.`);
  }
  return names.map((name, column) => ({ name, values: data.map((row) => (Array.isArray(row) ? row[column] : null)) }));
}

function unwrap(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function readTable(text: string): ReturnType<typeof parseCsv> {
  try {
    return parseCsv(text);
  } catch (error) {
    if (error instanceof CsvError) throw invalidRequest(`The CSV cannot be read. ${error.message}`);
    throw error;
  }
}

/** A cell by the type of its feature; one that does not fit stays a text, and the check of the rows says so. */
function readCell(cell: string | null, type: FieldType | undefined): unknown {
  if (cell === null) return null;
  const trimmed = cell.trim();
  switch (type) {
    case "double":
    case "integer":
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed) ? Number(trimmed) : cell;
    case "boolean":
      return /^true$/i.test(trimmed) ? true : /^false$/i.test(trimmed) ? false : cell;
    case "datetime":
      return parseMoment(trimmed) ? trimmed : cell;
    default:
      return cell;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
