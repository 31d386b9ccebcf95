import type { Route } from "@trellis/core/serving/index.ts";

type Entry = { route: Promise<Route | null>; deploymentId: string | null; expiresMs: number };

/** Announcements make entries fresh; this only bounds how long a missed one matters. */
const KEPT_MS = 60_000;
/** A name that is not deployed: asked again sooner, and at most this many are remembered. */
const UNKNOWN_KEPT_MS = 5_000;
const MAX_ENTRIES = 5_000;

/** Routes by deployment name, so that a request asks no database. */
export class RouteTable {
  readonly #resolve: (name: string) => Promise<Route | null>;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(options: { resolve: (name: string) => Promise<Route | null>; now: () => number }) {
    this.#resolve = options.resolve;
    this.#now = options.now;
  }

  /** The route of a deployment; null when there is none of this name. Rejects when the database does. */
  get(name: string): Promise<Route | null> {
    const known = this.#entries.get(name);
    if (known && known.expiresMs > this.#now()) return known.route;
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    const entry: Entry = { route: this.#resolve(name), deploymentId: null, expiresMs: this.#now() + KEPT_MS };
    this.#entries.set(name, entry);
    entry.route.then(
      (route) => {
        entry.deploymentId = route?.deploymentId ?? null;
        if (!route) entry.expiresMs = this.#now() + UNKNOWN_KEPT_MS;
      },
      () => this.#forget(name, entry),
    );
    return entry.route;
  }

  /** Asks again at the next request. */
  invalidate(name: string): void {
    this.#entries.delete(name);
  }

  /** Hears what changed: `deployment:<id>` makes that entry stale, and all whose deployment is not known yet; `*` makes all. */
  hear(topic: string): void {
    if (topic === "*") return this.#entries.clear();
    if (!topic.startsWith("deployment:")) return;
    const id = topic.slice("deployment:".length);
    for (const [name, entry] of this.#entries) {
      if (entry.deploymentId === id || entry.deploymentId === null) this.#entries.delete(name);
    }
  }

  #forget(name: string, entry: Entry): void {
    if (this.#entries.get(name) === entry) this.#entries.delete(name);
  }
}
