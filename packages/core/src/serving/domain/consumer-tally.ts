/** Who sends a request to a deployment. */
export type Consumer = { userId: string; name: string };

/** Requests of one consumer to one deployment since the last time the numbers were taken. */
export type ConsumerDelta = Consumer & { deploymentId: string; requests: number; firstMs: number; lastMs: number };

/** Counts requests by deployment and consumer, so that the database hears of each pair once in a while and not of each request. */
export class ConsumerTally {
  #deltas = new Map<string, ConsumerDelta>();

  /** Adds requests: one that came, or those that were taken before and could not be told. */
  add(more: ConsumerDelta): void {
    const key = `${more.deploymentId} ${more.userId}`;
    const known = this.#deltas.get(key);
    const sum = known && {
      requests: known.requests + more.requests,
      firstMs: Math.min(known.firstMs, more.firstMs),
      lastMs: Math.max(known.lastMs, more.lastMs),
    };
    this.#deltas.set(key, { ...more, ...sum });
  }

  /** What was counted since the last time. */
  take(): ConsumerDelta[] {
    const taken = [...this.#deltas.values()];
    this.#deltas = new Map();
    return taken;
  }
}
