import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { Permission } from "@trellis/core/identity/index.ts";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { type Fields, type InputOf, type Reader, record } from "./fields.ts";

/** Who may call an endpoint: everybody, everybody with a token, or people with a permission. Rights over a project are the verb's to check. */
export type ProtocolAccess = "public" | "signed-in" | Permission;

/**
 * Where an endpoint stands. `protocol`: below `/api/<version>.0` and `/ajax-api/<version>.0`; `ajax`: only the latter;
 * `root`: at the tracking URI itself.
 */
export type Mount = "protocol" | "ajax" | "root";

/** What an endpoint gets besides its input. */
export type ProtocolCall = {
  /** Acts as the caller; as nobody (the system's visitor) at public endpoints. */
  ctx: CoreContext;
  /** What the tracking URI says: a project, or null for the person behind the token. */
  scope: { projectId: string | null };
  /** The request itself, for endpoints that take its body as it is. */
  request: IncomingMessage;
};

/** An answer that is not JSON. */
export class RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Readable | string;

  constructor(body: Readable | string, headers: Record<string, string>, status = 200) {
    this.body = body;
    this.headers = headers;
    this.status = status;
  }
}

/** What an endpoint answers: an object for JSON (undefined fields are left out), or anything else. */
export type Answer = object | RawAnswer;

export type Endpoint = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path behind the mount, e.g. `/mlflow/runs/create`. `{name}` is one part of it and the field `name`; `{name...}` is all that is left. */
  path: `/${string}`;
  version: 2 | 3;
  mount: Mount;
  access: ProtocolAccess;
  /** `raw`: the body is the endpoint's own (`call.request`), and its fields come from path and query. */
  body: "json" | "raw";
  /** Names on the wire of the fields that a query may repeat. */
  lists: ReadonlySet<string>;
  read: Reader<unknown>["read"];
  run(call: ProtocolCall, input: unknown): Promise<Answer>;
};

/** Declares an endpoint. `fields` are checked in their order; the first fault is the one that is told. */
export function endpoint<F extends Fields>(declared: {
  at: `${Endpoint["method"]} /${string}`;
  access: ProtocolAccess;
  version?: 2 | 3;
  mount?: Mount;
  body?: "json" | "raw";
  fields: F;
  run(call: ProtocolCall, input: InputOf<F>): Promise<Answer>;
}): Endpoint {
  const [method, path] = declared.at.split(" ") as [Endpoint["method"], `/${string}`];
  const reader = record(declared.fields);
  return {
    method,
    path,
    version: declared.version ?? 2,
    mount: declared.mount ?? "protocol",
    access: declared.access,
    body: declared.body ?? "json",
    lists: reader.lists,
    read: (sent) => reader.read(sent),
    run: (call, input) => declared.run(call, input as InputOf<F>),
  };
}
