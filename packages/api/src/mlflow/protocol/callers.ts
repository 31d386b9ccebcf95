import { createHash } from "node:crypto";
import { requireProject } from "@trellis/core/catalog/index.ts";
import type { Actor, CoreContext } from "@trellis/core/kernel/context.ts";

/** Turns an `Authorization` header into who sends it; null without one. UNAUTHENTICATED, with the reason, when it is refused. */
export type AuthenticateHeader = (authorization: string) => Promise<Actor | null>;

/** Who calls, and the projects that their tracking URIs name. */
export type Caller = {
  ctx: CoreContext;
  /** Id of the project of this name; NOT_FOUND when the caller may not know of it. */
  projectId(slug: string): Promise<string>;
};

type Entry = { caller: Promise<Caller | null>; /** Whose step it is, once that is known. */ runId: string | null; expiresMs: number };

/** A revoked token works this much longer. */
const KEPT_MS = 5_000;
const MAX_ENTRIES = 2_000;

/** Remembers callers for a few seconds, so that a busy client costs one look-up and not one a request. Keeps no token. */
export class Callers {
  readonly #core: CoreContext;
  readonly #authenticate: AuthenticateHeader;
  readonly #entries = new Map<string, Entry>();

  constructor(core: CoreContext, authenticate: AuthenticateHeader) {
    this.#core = core;
    this.#authenticate = authenticate;
  }

  /** The caller behind a header; null without one. Wrong tokens are asked about each time. */
  find(authorization: string | undefined): Promise<Caller | null> {
    if (!authorization) return Promise.resolve(null);
    const now = this.#core.now().getTime();
    const key = createHash("sha256").update(authorization).digest("base64");
    const known = this.#entries.get(key);
    if (known && known.expiresMs > now) return known.caller;
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    const caller = this.#authenticate(authorization).then((actor) => {
      if (actor?.kind === "attempt") entry.runId = actor.runId;
      return actor ? callerOf(this.#core, actor) : null;
    });
    const entry: Entry = { caller, runId: null, expiresMs: now + KEPT_MS };
    this.#entries.set(key, entry);
    caller.catch(() => this.#entries.delete(key));
    return caller;
  }

  /** Hears of every announced topic: the token of a step ends with its attempt, at once. */
  hear(topic: string): void {
    for (const [key, { runId }] of this.#entries) if (runId !== null && (topic === "*" || topic === `run:${runId}`)) this.#entries.delete(key);
  }
}

function callerOf(core: CoreContext, actor: Actor): Caller {
  const ctx: CoreContext = { ...core, actor };
  const projects = new Map<string, Promise<string>>();
  return {
    ctx,
    projectId(slug) {
      const known = projects.get(slug);
      if (known) return known;
      const asked = requireProject(ctx, slug).then((project) => project.id);
      projects.set(slug, asked);
      asked.catch(() => projects.delete(slug));
      return asked;
    },
  };
}
