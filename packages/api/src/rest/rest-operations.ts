import type { AnyTRPCProcedure, AnyTRPCRouter } from "@trpc/server";
import { z } from "zod";
import type { ProcedureMeta, RestRoute } from "../trpc/trpc.ts";

export type JsonSchema = {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  description?: string;
  [key: string]: unknown;
};

/** One procedure as it stands at the REST door. */
export type RestOperation = {
  /** Name of the procedure, e.g. `runs.start`. */
  name: string;
  route: RestRoute;
  meta: ProcedureMeta;
  kind: "query" | "mutation" | "subscription";
  input: JsonSchema | null;
};

/** All procedures that have a place at the REST door, in the order of their paths. */
export function restOperations(router: AnyTRPCRouter): RestOperation[] {
  const operations: RestOperation[] = [];
  for (const [name, procedure] of Object.entries(proceduresOf(router))) {
    const meta = procedure._def.meta as ProcedureMeta | undefined;
    if (!meta?.rest) continue;
    operations.push({ name, route: meta.rest, meta, kind: procedure._def.type, input: inputSchemaOf(procedure) });
  }
  return operations.sort((a, b) => a.route.path.localeCompare(b.route.path));
}

/** Every procedure of the router by its dotted name. */
export function proceduresOf(router: AnyTRPCRouter): Record<string, AnyTRPCProcedure> {
  return router._def.procedures as Record<string, AnyTRPCProcedure>;
}

function inputSchemaOf(procedure: AnyTRPCProcedure): JsonSchema | null {
  const definition = procedure._def as unknown as { inputs: z.ZodType[] };
  const [input] = definition.inputs;
  return input ? (z.toJSONSchema(input, { io: "input", unrepresentable: "any", target: "draft-2020-12" }) as JsonSchema) : null;
}
