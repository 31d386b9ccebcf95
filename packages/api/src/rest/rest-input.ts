import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { JsonSchema } from "./rest-operations.ts";

/**
 * Builds a procedure's input from what a request carries: parameters of the path, then the query (as the schema's types),
 * then the JSON body. The schema itself is checked by the procedure.
 */
export function restInput(schema: JsonSchema | null, path: Record<string, string>, query: URLSearchParams, body: unknown): Record<string, unknown> | undefined {
  if (!schema) return undefined;
  if (body !== undefined && (typeof body !== "object" || body === null || Array.isArray(body)))
    throw new CoreError("INVALID", "The body must be a JSON object.");
  const input: Record<string, unknown> = { ...body };
  for (const key of new Set(query.keys())) {
    const property = schema.properties?.[key];
    if (!property) throw new CoreError("INVALID", `${key} is not a parameter of this request.`, { issues: [{ path: key, message: "Unknown parameter." }] });
    input[key] = isArray(property) ? query.getAll(key).map((value) => coerce(property.items ?? {}, value)) : coerce(property, query.get(key) ?? "");
  }
  for (const [key, value] of Object.entries(path)) input[key] = coerce(schema.properties?.[key] ?? {}, value);
  return input;
}

function coerce(schema: JsonSchema, value: string): unknown {
  const types = typesOf(schema);
  if ((types.includes("integer") || types.includes("number")) && value.trim() !== "" && Number.isFinite(Number(value))) return Number(value);
  if (types.includes("boolean") && (value === "true" || value === "false")) return value === "true";
  return value;
}

function isArray(schema: JsonSchema): boolean {
  return typesOf(schema).includes("array");
}

function typesOf(schema: JsonSchema): string[] {
  const own = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  return [...own, ...(schema.anyOf ?? []).flatMap(typesOf)];
}
