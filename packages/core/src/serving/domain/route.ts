import type { Signature } from "@trellis/db/schema";

/** Everything the gateway must know of a deployment to answer its requests without asking the database. */
export type Route = {
  deploymentId: string;
  deploymentName: string;
  projectId: string;
  modelName: string;
  framework: string;
  /** What answers now; null while nothing does. */
  live: LiveTarget | null;
  /** Why nothing answers, in words. */
  message: string;
};

export type LiveTarget = { versionId: string; version: number; /** Base URL of the worker. */ address: string; signature: Signature };

/** What a path below `/serve/<deployment>` asks for. */
export type ServeOperation =
  | { kind: "server-metadata" }
  | { kind: "live" }
  | { kind: "ready" }
  | { kind: "model-metadata"; model: string; version: string | null }
  | { kind: "model-ready"; model: string; version: string | null }
  | { kind: "infer"; model: string; version: string | null }
  | { kind: "invocations" }
  | { kind: "ping" }
  | { kind: "version" };

export type ParsedPath = { deployment: string; operation: ServeOperation; method: "GET" | "POST" };

/** Reads the path of a request, `/serve/<deployment>/…`; null when the portal serves nothing there. */
export function parseServePath(path: string): ParsedPath | null {
  const [root, prefix, deployment, ...rest] = path.split("/").map(decodePart);
  if (root !== "" || prefix !== "serve" || !deployment) return null;
  if (rest.at(-1) === "") rest.pop();
  const operation = operationOf(rest);
  if (!operation) return null;
  const method = operation.kind === "infer" || operation.kind === "invocations" ? "POST" : "GET";
  return { deployment, operation, method };
}

function operationOf(parts: (string | null)[]): ServeOperation | null {
  const [first, second, third, ...rest] = parts;
  if (first === "v2") {
    if (second === undefined) return { kind: "server-metadata" };
    if (second === "health" && rest.length === 0 && (third === "live" || third === "ready")) return { kind: third };
    if (second === "models" && third) return modelOperation(third, rest);
    return null;
  }
  if (parts.length !== 1) return null;
  if (first === "invocations" || first === "version") return { kind: first };
  return first === "ping" || first === "health" ? { kind: "ping" } : null;
}

function modelOperation(model: string, rest: (string | null)[]): ServeOperation | null {
  const hasVersion = rest[0] === "versions";
  const version = hasVersion ? rest[1] : null;
  if (version === undefined || version === "") return null;
  const [verb, ...more] = hasVersion ? rest.slice(2) : rest;
  if (more.length > 0) return null;
  if (verb === undefined) return { kind: "model-metadata", model, version };
  if (verb === "ready") return { kind: "model-ready", model, version };
  return verb === "infer" ? { kind: "infer", model, version } : null;
}

/** A part with broken escapes names nothing. */
function decodePart(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
