import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { newId } from "@trellis/core/kernel/ids.ts";
import type { InferenceBatch, InferenceLog, Route, TrafficSample } from "@trellis/core/serving/index.ts";
import { FakeServingRuntime } from "@trellis/core/serving/testing/fake-serving-runtime.ts";
import { createGateway, type GatewayOptions } from "../create-gateway.ts";

export const SIGNATURE: NonNullable<Route["live"]>["signature"] = {
  inputs: [
    { name: "distance", type: "double" },
    { name: "origin", type: "string", required: false },
  ],
  outputs: [{ name: "probability", type: "double" }],
};

/** A gateway on a port of its own, with a fake model behind it. Two tokens: `reader` may read the project, `stranger` may not. */
export async function openGateway(options: Partial<GatewayOptions> = {}) {
  const runtime = new FakeServingRuntime();
  const recorded: InferenceBatch[] = [];
  const counted: TrafficSample[] = [];
  const log: InferenceLog = {
    record: (batch) => void recorded.push(batch),
    count: (sample) => void counted.push(sample),
    stats: () => ({ buffered: 0, written: 0, dropped: 0 }),
    flush: async () => {},
    close: async () => {},
  };
  const errors: object[] = [];
  const asked = { routes: 0, callers: 0 };
  const routes = new Map<string, Route>();
  const listeners = new Set<(topic: string) => void>();
  const context: CoreContext = {
    // The gateway reaches tables through `resolveRoute` alone, which the tests replace.
    db: {} as CoreContext["db"],
    actor: { kind: "system", name: "Gateway" },
    now: () => new Date(),
    newId,
    resolve: <Port>() => runtime as Port,
    log: { debug() {}, info() {}, warn() {}, error: (fields) => void errors.push(fields) },
    signal: new AbortController().signal,
  };
  const gateway = createGateway({
    context,
    inferenceLog: log,
    resolve: async (name) => {
      asked.routes += 1;
      return routes.get(name) ?? null;
    },
    authenticate: async (authorization) => {
      asked.callers += 1;
      const name = authorization?.replace("Bearer ", "");
      if (name !== "reader" && name !== "stranger") return null;
      return { actor: { kind: "user", userId: name, name, email: `${name}@example.com`, role: "viewer" }, mayRead: async () => name === "reader" };
    },
    changes: (callback) => {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    ...options,
  });
  const server = createServer(getRequestListener(gateway.app.fetch, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    runtime,
    recorded,
    counted,
    errors,
    asked,
    routes,
    base,
    announce: (topic: string) => listeners.forEach((listener) => listener(topic)),
    /** Puts a deployment there, with a version that answers unless told otherwise. */
    serve(name = "delays-production", more: Partial<Route> = {}) {
      const live = { versionId: `${name}-v3`, version: 3, address: "http://worker-3", signature: SIGNATURE };
      routes.set(name, {
        deploymentId: `id-of-${name}`,
        deploymentName: name,
        projectId: "p",
        modelName: "delays",
        framework: "scikit-learn",
        live,
        message: "",
        ...more,
      });
    },
    call: (path: string, init: RequestInit & { token?: string | null } = {}) => {
      const { token = "reader", ...rest } = init;
      return fetch(`${base}${path}`, { ...rest, headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...rest.headers } });
    },
    post(path: string, body: unknown, headers: Record<string, string> = {}) {
      return this.call(path, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      });
    },
    async close() {
      gateway.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
