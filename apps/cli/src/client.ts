import { EXIT, Failure } from "./failure.ts";

type Query = Record<string, string | number | boolean | string[] | undefined>;
type ErrorBody = { error?: { code: string; message: string; issues?: { path?: string; file?: string; line?: number; message: string }[] } };

/** Speaks with a portal's REST door. A refusal becomes a `Failure` with the portal's own words. */
export class Client {
  readonly url: string;
  private readonly token: string | null;

  constructor(url: string, token: string | null) {
    this.url = url.replace(/\/+$/, "");
    this.token = token;
  }

  async get<Result>(path: string, query: Query = {}): Promise<Result> {
    return (await (await this.send("GET", path + queryString(query))).json()) as Result;
  }

  async post<Result>(path: string, body: object = {}): Promise<Result> {
    return (await (await this.send("POST", path, body)).json()) as Result;
  }

  async put(path: string, body: object): Promise<void> {
    await this.send("PUT", path, body);
  }

  /** The answer's body as it comes, for logs. */
  async stream(path: string, query: Query = {}): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.send("GET", path + queryString(query));
    if (!response.body) throw new Failure("The portal sent an empty answer.");
    return response.body as unknown as AsyncIterable<Uint8Array>;
  }

  private async send(method: string, path: string, body?: object): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    if (body) headers["content-type"] = "application/json";
    let response: Response;
    try {
      response = await fetch(`${this.url}/api/v1${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new Failure(`No portal answers at ${this.url} (${cause}). Is it running, and is the address right?`, EXIT.unreachable);
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }
}

async function refusal(response: Response): Promise<Failure> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const lines = [body.error?.message ?? `The portal answered ${response.status}.`];
  for (const issue of body.error?.issues ?? []) {
    const place = [issue.file && `${issue.file}${issue.line ? `:${issue.line}` : ""}`, issue.path].filter(Boolean).join(" ");
    const line = place ? `${place}: ${issue.message}` : issue.message;
    if (!lines[0]?.includes(issue.message)) lines.push(`  ${line}`);
  }
  return new Failure(lines.join("\n"), response.status >= 500 ? EXIT.failed : EXIT.refused);
}

function queryString(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) parameters.append(key, String(item));
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}
