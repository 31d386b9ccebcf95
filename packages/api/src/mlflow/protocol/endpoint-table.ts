import type { Endpoint } from "./endpoint.ts";

export type Found = {
  endpoint: Endpoint;
  /** Parts of the path that are fields, decoded, by their names on the wire. */ parameters: Record<string, string> | null;
};

type Pattern = { method: string; expression: RegExp; names: string[]; endpoint: Endpoint };

/** Finds the endpoint of a request: by one look-up where the path is fixed, as nearly all are. */
export class EndpointTable {
  readonly #fixed = new Map<string, Endpoint>();
  readonly #patterns: Pattern[] = [];
  readonly #methods = new Map<string, Set<string>>();

  constructor(endpoints: readonly Endpoint[]) {
    for (const endpoint of endpoints) for (const path of pathsOf(endpoint)) this.#add(path, endpoint);
  }

  /** The endpoint of a method and path (without query and base path); null when there is none. Throws URIError for a path that is not well encoded. */
  find(method: string, path: string): Found | null {
    const endpoint = this.#fixed.get(`${method} ${path}`);
    if (endpoint) return { endpoint, parameters: null };
    for (const pattern of this.#patterns) {
      if (pattern.method !== method) continue;
      const match = pattern.expression.exec(path);
      if (!match) continue;
      const parameters = Object.fromEntries(pattern.names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? "")]));
      return { endpoint: pattern.endpoint, parameters };
    }
    return null;
  }

  /** The methods that this path knows; empty when it is unknown. */
  methodsOf(path: string): string[] {
    const known = new Set(this.#methods.get(path));
    for (const { method, expression } of this.#patterns) if (expression.test(path)) known.add(method);
    return [...known];
  }

  #add(path: string, endpoint: Endpoint): void {
    const { method } = endpoint;
    if (!path.includes("{")) {
      this.#fixed.set(`${method} ${path}`, endpoint);
      this.#methods.set(path, (this.#methods.get(path) ?? new Set()).add(method));
      return;
    }
    const names: string[] = [];
    const source = path
      .split(/(\{\w+(?:\.\.\.)?\})/)
      .map((part) => {
        const [, name, rest] = /^\{(\w+)(\.\.\.)?\}$/.exec(part) ?? [];
        if (name === undefined) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
        names.push(name);
        return rest ? "(.+)" : "([^/]+)";
      })
      .join("");
    this.#patterns.push({ method, expression: new RegExp(`^${source}$`), names, endpoint });
  }
}

/** Every path at which an endpoint answers, below the tracking URI. */
export function pathsOf({ mount, version, path }: Endpoint): string[] {
  if (mount === "root") return [path];
  const prefixes = mount === "ajax" ? ["/ajax-api"] : ["/api", "/ajax-api"];
  return prefixes.map((prefix) => `${prefix}/${version}.0${path}`);
}
