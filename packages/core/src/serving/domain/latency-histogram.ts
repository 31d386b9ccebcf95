/** Upper bounds in milliseconds grow by 10 % a bucket from 0.1 ms: a quantile is at most 10 % too high. */
const GROWTH = 1.1;
const FIRST_MS = 0.1;
const BUCKETS = 150;

/** Counts latencies so that quantiles of many requests cost a fixed 1.2 kB. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  /** Number of latencies seen. */
  get total(): number {
    return this.#total;
  }

  add(latencyMs: number): void {
    const index = latencyMs <= FIRST_MS ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(latencyMs / FIRST_MS) / Math.log(GROWTH)));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total += 1;
  }

  /** The latency that a share `q` (0 to 1) of requests did not exceed; 0 without any. */
  quantile(q: number): number {
    if (this.#total === 0) return 0;
    const rank = Math.max(1, Math.ceil(q * this.#total));
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= rank) return FIRST_MS * GROWTH ** index;
    }
    return FIRST_MS * GROWTH ** (BUCKETS - 1);
  }
}
