/** One of the servers that are measured, with an open client's way in. */
export type TrackingServer = {
  /** `http://...`, where the protocol's paths begin. */
  url: string;
  token: string | null;
  pid: number;
  /** Runs statements on its database. */
  sql(text: string): Promise<Record<string, unknown>[]>;
  /** Asks one of its endpoints, below `/api/2.0/mlflow`. */
  ask<Answer>(method: "GET" | "POST", path: string, body?: unknown): Promise<Answer>;
  stop(): Promise<void>;
};

/** A client of one server over kept-open connections. Anything but 200 is an error. */
export function clientOf(url: string, token: string | null): TrackingServer["ask"] {
  return async <Answer>(method: "GET" | "POST", path: string, body?: unknown) => {
    const request = {
      method,
      headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    // A server may close a connection that was quiet for seconds just as it is used again.
    const response = await fetch(`${url}/api/2.0/mlflow${path}`, request).catch(() => fetch(`${url}/api/2.0/mlflow${path}`, request));
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return JSON.parse(text) as Answer;
  };
}
