import { createHash } from "node:crypto";
import type { Actor } from "@trellis/core/kernel/context.ts";

/** Who calls, and what they may read. */
export type Caller = { actor: Actor; mayRead(projectId: string): Promise<boolean> };

/** Turns an `Authorization` header into a caller; null when it is missing, wrong, expired or revoked. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller | null>;

type Entry = { caller: Promise<Caller | null>; reads: Map<string, Promise<boolean>>; expiresMs: number };

/** A revoked token or right works this much longer. */
const KEPT_MS = 5_000;
const MAX_ENTRIES = 2_000;

/** Remembers callers for a few seconds, so that a busy client costs one look-up and not one a request. Keeps no token. */
export class CallerCache {
  readonly #authenticate: Authenticate;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(options: { authenticate: Authenticate; now: () => number }) {
    this.#authenticate = options.authenticate;
    this.#now = options.now;
  }

  /** The caller, with answers about projects remembered as well. */
  async find(authorization: string | undefined): Promise<Caller | null> {
    if (!authorization) return this.#authenticate(authorization);
    const entry = this.#entryOf(authorization);
    const caller = await entry.caller;
    if (!caller) return null;
    return {
      actor: caller.actor,
      mayRead: (projectId) => {
        const known = entry.reads.get(projectId);
        if (known) return known;
        const asked = caller.mayRead(projectId);
        entry.reads.set(projectId, asked);
        asked.catch(() => entry.reads.delete(projectId));
        return asked;
      },
    };
  }

  #entryOf(authorization: string): Entry {
    const key = createHash("sha256").update(authorization).digest("base64");
    const known = this.#entries.get(key);
    if (known && known.expiresMs > this.#now()) return known;
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    const entry: Entry = { caller: this.#authenticate(authorization), reads: new Map(), expiresMs: this.#now() + KEPT_MS };
    this.#entries.set(key, entry);
    entry.caller.catch(() => this.#entries.delete(key));
    return entry;
  }
}
