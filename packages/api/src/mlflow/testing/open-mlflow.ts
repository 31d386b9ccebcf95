import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createMlflowDoor, type MlflowDoorOptions } from "../mlflow-door.ts";

/** What a client reads: status, headers, and the body parsed when it is JSON. */
export type WireAnswer = { status: number; headers: Headers; body: unknown };

export type OpenMlflow = Awaited<ReturnType<typeof openMlflow>>;

/** The door behind a real port of this machine, and a small client that sends what MLflow's sends. */
export async function openMlflow(options: MlflowDoorOptions) {
  const door = createMlflowDoor(options);
  const server = createServer((request, response) => {
    if (!door.handle(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** Sends a request; an object becomes JSON, everything else goes as it is. GET puts an object into the query. */
  async function send(
    token: string | null,
    method: string,
    path: string,
    body?: object | string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<WireAnswer> {
    const isPlain = body !== undefined && typeof body === "object" && !(body instanceof Uint8Array);
    const query = method === "GET" && isPlain ? `?${queryOf(body)}` : "";
    const response = await fetch(`${url}${path}${query}`, {
      method,
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(isPlain ? { "content-type": "application/json" } : {}), ...headers },
      ...(body === undefined || method === "GET" ? {} : { body: isPlain ? JSON.stringify(body) : body }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text };
  }

  return {
    url,
    send,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function queryOf(parameters: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters) as [string, unknown][])
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) query.append(name, String(one));
  return query.toString();
}
