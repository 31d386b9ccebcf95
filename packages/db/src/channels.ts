import { DatabaseError } from "./database-error.ts";
import type { DatabaseLog, ListenOptions } from "./database.ts";

type Subscription = { callback: (payload: string) => void; onReconnect: (() => void) | undefined };

/** Who listens to which channel. A callback that throws is logged and harms no other. */
export class Channels {
  readonly #subscriptions = new Map<string, Set<Subscription>>();
  readonly #log: DatabaseLog;

  constructor(log: DatabaseLog) {
    this.#log = log;
  }

  /** The names in use, quoted for SQL by being plain. */
  get names(): string[] {
    return [...this.#subscriptions.keys()];
  }

  /** One statement text that listens to every channel in use; empty if there is none. */
  get listenText(): string {
    return this.names.map((name) => `listen ${name}`).join("; ");
  }

  add(channel: string, callback: (payload: string) => void, options: ListenOptions = {}): Subscription {
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(channel)) {
      throw new DatabaseError("INVALID", `"${channel}" cannot name a channel: use lower-case letters, digits and underscores, 63 at most.`);
    }
    const subscription: Subscription = { callback, onReconnect: options.onReconnect };
    const subscribed = this.#subscriptions.get(channel);
    if (subscribed) subscribed.add(subscription);
    else this.#subscriptions.set(channel, new Set([subscription]));
    return subscription;
  }

  /** Returns true if nobody is left on the channel. */
  remove(channel: string, subscription: Subscription): boolean {
    const subscribed = this.#subscriptions.get(channel);
    if (!subscribed?.delete(subscription) || subscribed.size > 0) return false;
    return this.#subscriptions.delete(channel);
  }

  deliver(channel: string, payload: string): void {
    for (const subscription of [...(this.#subscriptions.get(channel) ?? [])]) {
      this.#guarded(channel, () => subscription.callback(payload));
    }
  }

  announceReconnect(): void {
    for (const [channel, subscribed] of this.#subscriptions) {
      for (const { onReconnect } of subscribed) if (onReconnect) this.#guarded(channel, onReconnect);
    }
  }

  #guarded(channel: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#log.error({ channel, error }, "A listener of database notifications failed");
    }
  }
}
