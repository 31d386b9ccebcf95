import type { JsonSchema, RestOperation } from "./rest-operations.ts";

/** The OpenAPI 3.1 document of the REST door, made from the procedures themselves. */
export function openApiDocument(operations: RestOperation[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const { method, path } = operation.route;
    (paths[`/api/v1${path}`] ??= {})[method.toLowerCase()] = describeOperation(operation);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Trellis", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "A personal access token." } },
      schemas: { Error: ERROR_SCHEMA },
    },
  };
}

const ERROR_SCHEMA: JsonSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "issues"],
      properties: {
        code: { type: "string" },
        message: { type: "string" },
        issues: {
          type: "array",
          items: {
            type: "object",
            properties: {
              path: { type: "string" },
              file: { type: "string" },
              line: { type: "integer" },
              column: { type: "integer" },
              message: { type: "string" },
            },
          },
        },
      },
    },
  },
};

function describeOperation({ name, route, meta, input }: RestOperation): object {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const properties = Object.entries(input?.properties ?? {});
  const required = new Set(input?.required ?? []);
  const rest = properties.filter(([key]) => !inPath.includes(key));
  const bySide = route.method === "GET" || route.method === "DELETE";
  return {
    operationId: name,
    tags: [name.split(".")[0]],
    ...(meta.summary ? { summary: meta.summary } : {}),
    ...(meta.access === "public" ? { security: [] } : {}),
    parameters: [
      ...inPath.map((key) => ({ name: key, in: "path", required: true, schema: input?.properties?.[key] ?? { type: "string" } })),
      ...(bySide ? rest.map(([key, schema]) => ({ name: key, in: "query", required: required.has(key), schema })) : []),
    ],
    ...(!bySide && rest.length > 0
      ? {
          requestBody: {
            content: {
              "application/json": {
                schema: { type: "object", properties: Object.fromEntries(rest), required: rest.map(([key]) => key).filter((key) => required.has(key)) },
              },
            },
          },
        }
      : {}),
    responses: {
      200: { description: "Done.", content: { "application/json": { schema: {} } } },
      default: { description: "Refused; the body says why.", content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } },
    },
  };
}
