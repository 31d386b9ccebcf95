import type { FeatureRow } from "./feature-row.ts";
import { isRequired, type Signature, type SignatureField, valueFault } from "./feature-value.ts";
import { invalidRequest, RequestFaults } from "./inference-error.ts";

/** At most this many rows in one request. */
export const MAX_ROWS = 100_000;

/** Values of one feature over all rows; `values` may hold anything that JSON can. */
export type Column = { name: string; values: unknown[] };

/**
 * Turns columns into rows of the signature: every required feature there and filled, nothing unknown, every value of its type.
 * Optional features that were left out are null in every row. Throws INVALID naming feature, row and expected type.
 */
export function rowsFromColumns(signature: Signature, columns: Column[]): FeatureRow[] {
  const rows = columns[0]?.values.length ?? 0;
  assertRowCount(rows);
  const faults = new RequestFaults();
  const given = new Map<string, unknown[]>();
  for (const { name, values } of columns) {
    if (given.has(name)) faults.add(`Feature "${name}" is given twice.`, name);
    given.set(name, values);
    if (values.length !== rows) faults.add(`Feature "${name}" has ${values.length} rows, but "${columns[0]?.name ?? ""}" has ${rows}.`, name);
  }
  checkNames(signature, [...given.keys()], faults);
  faults.throwIfAny();
  const out: FeatureRow[] = Array.from({ length: rows }, () => ({}));
  for (const field of signature.inputs) fillColumn(field, given.get(field.name), out, faults);
  faults.throwIfAny();
  return out;
}

/** The same for rows given as objects. */
export function rowsFromRecords(signature: Signature, records: unknown[]): FeatureRow[] {
  assertRowCount(records.length);
  const faults = new RequestFaults();
  const known = new Map(signature.inputs.map((field) => [field.name, field]));
  const out: FeatureRow[] = [];
  for (const [at, record] of records.entries()) {
    if (typeof record !== "object" || record === null || Array.isArray(record)) {
      faults.add(`Row ${at + 1} of ${records.length}: expected an object of feature names and values.`);
      continue;
    }
    const values = new Map<string, unknown>(Object.entries(record));
    for (const name of values.keys()) {
      if (!known.has(name)) faults.add(`Row ${at + 1} of ${records.length} has the unknown feature "${name}". ${knownNames(signature)}`, `${name}[${at}]`);
    }
    const row: FeatureRow = {};
    for (const field of signature.inputs) setValue(row, field, values.get(field.name), values.has(field.name), at, records.length, faults);
    out.push(row);
  }
  faults.throwIfAny();
  return out;
}

/** `This model takes: distance (double), origin (string, optional).` */
export function knownNames(signature: Signature): string {
  const names = signature.inputs.slice(0, 30).map((field) => `${field.name} (${field.type}${isRequired(field) ? "" : ", optional"})`);
  return `This model takes: ${names.join(", ")}${signature.inputs.length > 30 ? ", …" : ""}.`;
}

function checkNames(signature: Signature, names: string[], faults: RequestFaults): void {
  const known = new Set(signature.inputs.map((field) => field.name));
  const given = new Set(names);
  for (const name of names) if (!known.has(name)) faults.add(`Unknown feature "${name}". ${knownNames(signature)}`, name);
  for (const field of signature.inputs) {
    if (isRequired(field) && !given.has(field.name)) faults.add(`The required feature "${field.name}" (${field.type}) is missing.`, field.name);
  }
}

function fillColumn(field: SignatureField, values: unknown[] | undefined, out: FeatureRow[], faults: RequestFaults): void {
  for (const [at, row] of out.entries()) setValue(row, field, values?.[at], values !== undefined, at, out.length, faults);
}

function setValue(row: FeatureRow, field: SignatureField, value: unknown, given: boolean, at: number, rows: number, faults: RequestFaults): void {
  if (value === null || value === undefined) {
    if (isRequired(field)) {
      faults.addValue(
        field.name,
        at,
        rows,
        given ? `expected ${field.type}, got nothing (null); this feature is required` : `it is missing; this feature (${field.type}) is required`,
      );
    }
    define(row, field.name, null);
    return;
  }
  const fault = valueFault(field.type, value);
  if (fault) faults.addValue(field.name, at, rows, `${fault} (type ${field.type})`);
  else if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") define(row, field.name, value);
}

/** A plain assignment to `__proto__` would not make a property. */
function define(row: FeatureRow, name: string, value: FeatureRow[string]): void {
  if (name === "__proto__") Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
  else row[name] = value;
}

function assertRowCount(rows: number): void {
  if (rows === 0) throw invalidRequest("The request has no rows.");
  if (rows > MAX_ROWS) throw invalidRequest(`The request has ${rows} rows; at most ${MAX_ROWS} are taken at once. Send it in parts.`);
}
