import pg from "pg";
import type { Channels } from "../channels.ts";
import type { DatabaseLog } from "../database.ts";

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;

/**
 * One connection that does nothing but listen, opened at the first `listen`. If it breaks it is made anew, with growing
 * pauses, and listeners are told that they may have missed something.
 */
export class PostgresListener {
  readonly #config: pg.ClientConfig;
  readonly #channels: Channels;
  readonly #log: DatabaseLog;
  #client: Promise<pg.Client> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(config: pg.ClientConfig, channels: Channels, log: DatabaseLog) {
    this.#config = config;
    this.#channels = channels;
    this.#log = log;
  }

  /** Runs a LISTEN or UNLISTEN on the connection. If it is being made anew, the new one listens to all channels anyway. */
  async query(text: string): Promise<void> {
    if (this.#retry) return;
    this.#client ??= this.#connect();
    const client = await this.#client.catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    await client.query(text);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#config);
    client.on("notification", ({ channel, payload }) => this.#channels.deliver(channel, payload ?? ""));
    client.on("error", (error) => this.#log.warn({ error }, "The connection that listens to the database broke"));
    await client.connect();
    client.once("end", () => this.#reconnectAfter(FIRST_RETRY_MS));
    if (this.#channels.listenText !== "") await client.query(this.#channels.listenText);
    return client;
  }

  #reconnectAfter(delayMs: number): void {
    if (this.#closed) return;
    this.#client = undefined;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#client = this.#connect();
      this.#client.then(
        () => {
          this.#log.info({}, "Listening to the database again");
          this.#channels.announceReconnect();
        },
        (error: unknown) => {
          this.#log.warn({ error, retryInMs: delayMs }, "Cannot listen to the database");
          this.#reconnectAfter(Math.min(delayMs * 2, LAST_RETRY_MS));
        },
      );
    }, delayMs).unref();
  }
}
