import type pg from "pg";
import type { DatabaseLog } from "../database.ts";

/** How long after the first use, and after how many uses of the connection, the housekeeping is due. */
export type MaintenanceLimits = { delayMs: number; uses: number };

const DEFAULT_LIMITS: MaintenanceLimits = { delayMs: 5 * 60_000, uses: 5_000 };

/** Log written since the last checkpoint that makes one worth it. A quarter of `max_wal_size`. */
const CHECKPOINT_AFTER_BYTES = 32 * 1024 * 1024;

/** PostgreSQL's own rule for when autovacuum acts (its default thresholds), plus the one for statistics. */
const TABLES_IN_NEED = `
  select format('%I.%I', s.schemaname, s.relname) as name
    from pg_stat_user_tables s join pg_class c on c.oid = s.relid
   where s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0) or s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)
   order by s.n_dead_tup desc`;

const WAL_SINCE_CHECKPOINT = "select pg_current_wal_insert_lsn() - redo_lsn as bytes from pg_control_checkpoint()";

/**
 * Does what PostgreSQL's background processes would do, and which PGlite lacks: vacuum, statistics, checkpoints. It waits its
 * turn for the one connection, works statement by statement so that others get in between, and sleeps without a timer while
 * nobody uses the database.
 */
export class Maintenance {
  readonly #pool: pg.Pool;
  readonly #log: DatabaseLog;
  readonly #limits: MaintenanceLimits;
  #timer: NodeJS.Timeout | undefined;
  #uses = 0;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(pool: pg.Pool, log: DatabaseLog, limits: Partial<MaintenanceLimits> = {}) {
    this.#pool = pool;
    this.#log = log;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    pool.on("acquire", () => this.#noteUse());
  }

  /** Does what is due now. Returns the tables it vacuumed and whether it made a checkpoint. */
  async run(): Promise<{ vacuumed: string[]; checkpoint: boolean }> {
    // Counts reach the statistics at most once a second, or after a statement that asks for it.
    await this.#pool.query("select pg_stat_force_next_flush()");
    const { rows } = await this.#pool.query<{ name: string }>(TABLES_IN_NEED);
    const vacuumed: string[] = [];
    for (const { name } of rows) {
      if (this.#stopped) break;
      await this.#pool.query(`vacuum (analyze) ${name}`);
      vacuumed.push(name);
    }
    const wal = await this.#pool.query<{ bytes: string }>(WAL_SINCE_CHECKPOINT);
    const checkpoint = !this.#stopped && Number(wal.rows[0]?.bytes ?? 0) > CHECKPOINT_AFTER_BYTES;
    if (checkpoint) await this.#pool.query("checkpoint");
    if (vacuumed.length > 0 || checkpoint) this.#log.debug({ vacuumed, checkpoint }, "Tidied the embedded database");
    return { vacuumed, checkpoint };
  }

  /** Starts nothing more and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #noteUse(): void {
    if (this.#stopped || this.#running) return;
    this.#uses += 1;
    if (this.#uses >= this.#limits.uses) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#limits.delayMs).unref();
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#uses = 0;
    this.#running = this.run()
      .catch((error: unknown) => this.#log.warn({ error }, "Housekeeping of the embedded database failed"))
      .then(() => {
        this.#running = undefined;
      });
  }
}
