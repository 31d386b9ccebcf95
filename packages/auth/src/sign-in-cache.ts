/** How long a verified session or token is believed without asking again: 5 s, so a revoked one ends within that. */
const TTL_MS = 5_000;
const MAX_ENTRIES = 2_000;

/** Remembers who a credential belongs to for a few seconds: machine traffic would otherwise verify the same token each time. */
export class SignInCache<Value> {
  private readonly entries = new Map<string, { value: Value; until: number }>();

  /** The remembered answer, or undefined. `nowMs` is injected so that tests own the clock. */
  get(key: string, nowMs: number): Value | undefined {
    const entry = this.entries.get(key);
    if (!entry || entry.until < nowMs) return undefined;
    return entry.value;
  }

  set(key: string, value: Value, nowMs: number): void {
    if (this.entries.size >= MAX_ENTRIES) this.entries.clear();
    this.entries.set(key, { value, until: nowMs + TTL_MS });
  }

  clear(): void {
    this.entries.clear();
  }
}
