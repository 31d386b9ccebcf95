import type { Actor, CoreContext } from "@trellis/core/kernel/context.ts";
import { isCoreError } from "@trellis/core/kernel/errors.ts";
import { parseInferRequest, renderInferResponse } from "@trellis/core/serving/domain/open-inference.ts";
import { parseScoringCsv, parseScoringRequest, renderScoringResponse } from "@trellis/core/serving/domain/mlflow-scoring.ts";
import type { InferenceLog, LiveTarget, RequestOutcome, Route } from "@trellis/core/serving/index.ts";
import { type FeatureRow, type ServingRuntime, ServingRuntimeCapability } from "@trellis/core/serving/ports.ts";
import { type Dialect, errorAnswer, jsonAnswer } from "./answers.ts";
import { bodyType, HttpRefusal, parseJson, readText } from "./read-body.ts";
import type { RouteTable } from "./route-table.ts";

export type PredictOptions = { context: CoreContext; routes: RouteTable; inferenceLog: InferenceLog; maxConcurrent: number; timeoutMs: number };

type Parsed = { rows: FeatureRow[]; eventTimes: Date[]; render(live: LiveTarget, predictions: Record<string, unknown>[]): unknown };

const NOT_READY_SECONDS = "2";

/** Answers prediction requests: reads, checks, asks the worker, answers, and leaves the record to the log. */
export class Predictor {
  readonly #options: PredictOptions;
  readonly #runtime: ServingRuntime;
  readonly #active = new Map<string, number>();

  constructor(options: PredictOptions) {
    this.#options = options;
    this.#runtime = options.context.resolve(ServingRuntimeCapability);
  }

  /** Never rejects; what went wrong is in the answer, without a trace of the inside. */
  async answer(route: Route, request: Request, dialect: Dialect, actor: Actor): Promise<Response> {
    const started = performance.now();
    const arrivedAt = this.#options.context.now();
    const active = this.#active.get(route.deploymentId) ?? 0;
    let rows = 0;
    let response: Response;
    if (active >= this.#options.maxConcurrent) {
      response = errorAnswer(dialect, 503, `${route.deploymentName} is busy with ${active} requests. Try again.`, { "retry-after": "1" });
    } else {
      this.#active.set(route.deploymentId, active + 1);
      try {
        const done = await this.#predict(route, request, dialect, arrivedAt, started);
        rows = done.rows;
        response = done.response;
      } catch (error) {
        response = this.#refusal(route, dialect, error);
      } finally {
        const left = (this.#active.get(route.deploymentId) ?? 1) - 1;
        if (left > 0) this.#active.set(route.deploymentId, left);
        else this.#active.delete(route.deploymentId);
      }
    }
    const sample = {
      deploymentId: route.deploymentId,
      version: route.live?.version ?? 0,
      atMs: arrivedAt.getTime(),
      rows,
      latencyMs: performance.now() - started,
      outcome: outcomeOf(response.status),
    };
    this.#options.inferenceLog.count(sample, actor.kind === "user" ? { userId: actor.userId, name: actor.name } : undefined);
    return response;
  }

  async #predict(route: Route, request: Request, dialect: Dialect, arrivedAt: Date, started: number): Promise<{ response: Response; rows: number }> {
    if (!route.live) return { response: notReady(route, dialect), rows: 0 };
    const type = bodyType(request, dialect === "mlflow" ? ["json", "csv"] : ["json"]);
    const text = await readText(request);
    const parsed = parse(dialect, type, text, route, route.live, { eventTimeHeader: request.headers.get("trellis-event-time") ?? undefined, now: arrivedAt });
    const { live, predictions } = await this.#infer(route, route.live, parsed.rows, request.signal);
    const requestId = this.#options.context.newId();
    const response = jsonAnswer(200, parsed.render(live, predictions), { "trellis-model-version": String(live.version), "trellis-request-id": requestId });
    this.#record(route, live, { requestId, arrivedAt, latencyMs: performance.now() - started, parsed, predictions });
    return { response, rows: parsed.rows.length };
  }

  /** A worker that is gone may just have been replaced: the route is read again, and another address gets one try. */
  async #infer(route: Route, live: LiveTarget, rows: FeatureRow[], signal: AbortSignal): Promise<{ live: LiveTarget; predictions: Record<string, unknown>[] }> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeoutMs)]);
    try {
      return { live, predictions: await this.#runtime.infer(live.address, rows, limit) };
    } catch (error) {
      if (!isCoreError(error) || error.code !== "UNAVAILABLE") throw error;
      this.#options.routes.invalidate(route.deploymentName);
      const fresh = (await this.#options.routes.get(route.deploymentName))?.live;
      // The rows were checked against the signature of the version that is gone.
      if (!fresh || fresh.address === live.address || fresh.versionId !== live.versionId) throw error;
      return { live: fresh, predictions: await this.#runtime.infer(fresh.address, rows, limit) };
    }
  }

  #record(
    route: Route,
    live: LiveTarget,
    done: { requestId: string; arrivedAt: Date; latencyMs: number; parsed: Parsed; predictions: Record<string, unknown>[] },
  ): void {
    const { deploymentId, deploymentName } = route;
    const { versionId, version } = live;
    const rows = done.parsed.rows.map((inputs, at) => ({
      id: `${done.requestId}.${at}`,
      at: done.arrivedAt,
      eventTime: done.parsed.eventTimes[at] ?? done.arrivedAt,
      versionId,
      version,
      inputs,
      outputs: done.predictions[at] ?? {},
      latencyMs: done.latencyMs,
    }));
    this.#options.inferenceLog.record({ deploymentId, deploymentName, versionId, version, rows });
  }

  #refusal(route: Route, dialect: Dialect, error: unknown): Response {
    if (error instanceof HttpRefusal) return errorAnswer(dialect, error.status, error.message, error.status === 413 ? { connection: "close" } : {});
    if (isCoreError(error)) {
      if (error.code === "INVALID") return errorAnswer(dialect, 400, error.message);
      if (error.code === "TOO_LARGE") return errorAnswer(dialect, 413, error.message);
      if (error.code === "UNAVAILABLE")
        return errorAnswer(dialect, 503, `${route.deploymentName} does not answer right now. Try again.`, { "retry-after": "1" });
    }
    if (error instanceof DOMException && (error.name === "TimeoutError" || error.name === "AbortError")) {
      return errorAnswer(dialect, 503, `${route.deploymentName} took longer than ${this.#options.timeoutMs / 1000} s. Send fewer rows, or try again.`, {
        "retry-after": "1",
      });
    }
    this.#options.context.log.error(
      { deployment: route.deploymentName, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      "a prediction failed",
    );
    return errorAnswer(dialect, 500, "The prediction failed inside the portal. Its log says why.");
  }
}

/** What callers get while nothing answers. */
export function notReady(route: Route, dialect: Dialect): Response {
  const why = route.message === "" ? "" : ` ${route.message.split("\n")[0] ?? ""}`;
  return errorAnswer(dialect, 503, `${route.deploymentName} has no version that is ready.${why}`, { "retry-after": NOT_READY_SECONDS });
}

function parse(
  dialect: Dialect,
  type: "json" | "csv",
  text: string,
  { modelName }: Route,
  live: LiveTarget,
  options: { eventTimeHeader: string | undefined; now: Date },
): Parsed {
  const { signature } = live;
  if (dialect === "open-inference") {
    const request = parseInferRequest(parseJson(text), signature, options);
    return {
      ...request,
      render: (answered, predictions) => renderInferResponse(request, { name: modelName, version: answered.version }, answered.signature, predictions),
    };
  }
  const request = type === "csv" ? parseScoringCsv(text, signature, options) : parseScoringRequest(parseJson(text), signature, options);
  return { ...request, render: (_answered, predictions) => renderScoringResponse(predictions) };
}

function outcomeOf(status: number): RequestOutcome {
  return status >= 500 ? "server_error" : status >= 400 ? "client_error" : "ok";
}
