import type { Signature } from "@trellis/db/schema";
import { datatypeOf } from "../../serving/domain/open-inference.ts";

export type ExampleRequests = {
  row: Record<string, unknown> | null;
  /** Body of an Open Inference request. */ infer: object | null;
  /** Body of an MLflow request. */ invocations: object | null;
};

/** Requests that work, made from the example row that the model brought; nulls when it brought none. */
export function exampleRequests(signature: Signature, example: unknown): ExampleRequests {
  if (typeof example !== "object" || example === null || Array.isArray(example)) return { row: null, infer: null, invocations: null };
  const given = new Map<string, unknown>(Object.entries(example));
  const fields = signature.inputs.filter((field) => given.has(field.name) && given.get(field.name) !== null);
  const row = Object.fromEntries(fields.map((field) => [field.name, given.get(field.name)]));
  return {
    row,
    infer: { inputs: fields.map((field) => ({ name: field.name, datatype: datatypeOf(field.type), shape: [1], data: [given.get(field.name)] })) },
    invocations: { dataframe_records: [row] },
  };
}
