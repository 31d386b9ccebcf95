/** Wrong passwords for one address that are allowed within the window. */
const MAX_FAILURES = 10;
const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 10_000;

/**
 * Slows down guessing: after ten wrong passwords for an address within a minute, no password is looked at until that minute
 * is over. Counted by address and not by where requests come from: behind a proxy that cannot be known, and everyone would
 * share one count. Kept in memory; the clock is injected so that tests own it.
 */
export class SignInThrottle {
  private readonly failures = new Map<string, { count: number; until: number }>();

  /** Seconds until a password for this address is looked at again; 0 = now. */
  waitSeconds(address: string, nowMs: number): number {
    const entry = this.failures.get(keyOf(address));
    if (!entry || entry.until <= nowMs || entry.count < MAX_FAILURES) return 0;
    return Math.ceil((entry.until - nowMs) / 1000);
  }

  /** Notes what came of a password. */
  note(address: string, outcome: "right" | "wrong", nowMs: number): void {
    const key = keyOf(address);
    if (outcome === "right") return void this.failures.delete(key);
    const entry = this.failures.get(key);
    if (entry && entry.until > nowMs) return void (entry.count += 1);
    this.forgetOld(nowMs);
    this.failures.set(key, { count: 1, until: nowMs + WINDOW_MS });
  }

  private forgetOld(nowMs: number): void {
    if (this.failures.size < MAX_ADDRESSES) return;
    for (const [key, entry] of this.failures) if (entry.until <= nowMs) this.failures.delete(key);
    // Guessing at ten thousand addresses within a minute: the oldest make room.
    for (const key of this.failures.keys()) if (this.failures.size >= MAX_ADDRESSES) this.failures.delete(key);
  }
}

function keyOf(address: string): string {
  return address.trim().toLowerCase().slice(0, 320);
}
