import { scoringError } from "@trellis/core/serving/domain/mlflow-scoring.ts";

/** Whose shape an error has: `{"error"}` of the Open Inference Protocol, or MLflow's `{"error_code", "message"}`. */
export type Dialect = "open-inference" | "mlflow";

const MLFLOW_CODES: Record<number, Parameters<typeof scoringError>[0]> = {
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "RESOURCE_DOES_NOT_EXIST",
  500: "INTERNAL_ERROR",
  503: "TEMPORARILY_UNAVAILABLE",
};

/** An answer with a JSON body. */
export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

/** A refusal in words, in the shape that the caller's client reads. */
export function errorAnswer(dialect: Dialect, status: number, message: string, headers: Record<string, string> = {}): Response {
  const body = dialect === "mlflow" ? scoringError(MLFLOW_CODES[status] ?? "BAD_REQUEST", message) : { error: message };
  return jsonAnswer(status, body, headers);
}

/** An answer by status alone, as health checks read it. */
export function emptyAnswer(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers });
}

/** A line of text. */
export function textAnswer(status: number, text: string): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
