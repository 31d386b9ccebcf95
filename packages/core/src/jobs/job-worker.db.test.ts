import type { DatabaseHandle } from "@trellis/db";
import { jobOutbox } from "@trellis/db/schema";
import { openTestDatabase } from "@trellis/db/testing";
import { sql } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { testContext } from "../kernel/testing/test-context.ts";
import { defineJob, enqueueJob, handleJob, type JobHandler, type JobWorker, startJobWorker } from "./index.ts";

const note = defineJob({ name: "test.note", schema: z.object({ text: z.string() }) });

/** What happened, in order; tests wait for entries instead of for time. */
class Ledger {
  readonly entries: string[] = [];
  #wake: () => void = () => {};

  add(entry: string): void {
    this.entries.push(entry);
    this.#wake();
  }

  async until(holds: (entries: string[]) => boolean): Promise<void> {
    while (!holds(this.entries)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  has(...entries: string[]): Promise<void> {
    return this.until((all) => entries.every((entry) => all.includes(entry)));
  }
}

/** A latch that a test opens. */
function latch(): { opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe("background jobs", () => {
  let database: DatabaseHandle;
  let ctx: CoreContext;
  let ledger: Ledger;
  const workers: JobWorker[] = [];
  beforeEach(async () => {
    database = await openTestDatabase();
    ctx = testContext({ db: database.db });
    ledger = new Ledger();
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.stop();
    await database.close();
  });

  async function work(handlers: JobHandler[], handle: DatabaseHandle = database): Promise<JobWorker> {
    const worker = await startJobWorker(ctx, handle, handlers);
    workers.push(worker);
    return worker;
  }
  const noting = handleJob(note, async (_ctx, { text }) => ledger.add(text));
  const enqueue = (text: string, options = {}) => enqueueJob(database.db, note, { text }, options);

  it("run when the transaction that asked for them commits, and never when it is undone", async () => {
    const worker = await work([noting]);
    const undone = database.db.transaction(async (tx) => {
      await enqueueJob(tx, note, { text: "undone" });
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    await database.db.transaction(async (tx) => {
      await enqueueJob(tx, note, { text: "first" });
      await enqueueJob(tx, note, { text: "second" });
    });
    await ledger.has("first", "second");
    await enqueue("last");
    await ledger.has("last");
    expect(ledger.entries.toSorted()).toEqual(["first", "last", "second"]);
    // A row is deleted after it was handed over, which a fast job may overtake; stopping waits for it.
    await worker.stop();
    expect(await database.db.select().from(jobOutbox)).toEqual([]);
  });

  it("wait in the outbox while nobody works", async () => {
    await enqueue("early");
    expect(await database.db.select().from(jobOutbox)).toHaveLength(1);
    await work([noting]);
    await ledger.has("early");
  });

  it("do not enter the outbox with a payload of the wrong shape", async () => {
    await expect(enqueueJob(database.db, note, { text: 1 as unknown as string })).rejects.toThrow("expected string");
    expect(await database.db.select().from(jobOutbox)).toEqual([]);
  });

  it("of one key are one while it waits, and never run at the same time", async () => {
    const gate = latch();
    let running = 0;
    const slow = handleJob(note, async (_ctx, { text }) => {
      running += 1;
      ledger.add(`${text} begins, ${running} running`);
      await gate.opened;
      running -= 1;
      ledger.add(`${text} ends`);
    });
    await work([slow]);
    await enqueue("one", { key: "k" });
    await ledger.has("one begins, 1 running");
    await enqueue("two", { key: "k" });
    await enqueue("three", { key: "k" });
    await enqueue("other", { key: "l" });
    await ledger.has("other begins, 2 running");
    gate.open();
    await ledger.has("one ends", "two ends", "other ends");
    await enqueue("later", { key: "k" });
    await ledger.has("later ends");
    expect(ledger.entries.filter((entry) => entry.startsWith("three"))).toEqual([]);
    expect(ledger.entries.findIndex((entry) => entry.startsWith("two begins"))).toBeGreaterThan(ledger.entries.indexOf("one ends"));
  });

  it("may use the database inside, also in transactions, with all of them at once", async () => {
    const busy = handleJob(note, async (context, { text }) => {
      await context.db.transaction(async (tx) => {
        await tx.execute(sql`select pg_sleep(0)`);
        if (text.startsWith("job")) await enqueueJob(tx, note, { text: `after ${text}` });
      });
      ledger.add(text);
    });
    await work([busy]);
    const texts = Array.from({ length: 12 }, (_, index) => `job ${index}`);
    await Promise.all(texts.map((text) => database.db.transaction((tx) => enqueueJob(tx, note, { text }))));
    await ledger.has(...texts.map((text) => `after ${text}`));
    expect(ledger.entries).toHaveLength(24);
  });

  it("are tried again after a fault, until they succeed", async () => {
    let tries = 0;
    const flaky = handleJob(note, async () => {
      tries += 1;
      ledger.add(`try ${tries}`);
      if (tries === 1) throw new Error("a fault");
      if (tries === 2) throw new CoreError("UNAVAILABLE", "not now");
    });
    await work([flaky]);
    await enqueue("x");
    await ledger.has("try 3");
    await enqueue("y");
    await ledger.has("try 4");
    expect(ledger.entries).toEqual(["try 1", "try 2", "try 3", "try 4"]);
  }, 50_000);

  it("that wait on purpose begin when they are due, not at the next poll", async () => {
    await work([noting]);
    await enqueue("delayed", { delaySeconds: 1 });
    await enqueue("at once");
    await ledger.has("delayed");
    expect(ledger.entries).toEqual(["at once", "delayed"]);
  }, 25_000);

  it("are not tried again when the request itself was wrong", async () => {
    const refusing = handleJob(note, async (_ctx, { text }) => {
      ledger.add(text);
      if (text === "wrong") throw new CoreError("NOT_FOUND", "It is gone.");
    });
    const worker = await work([refusing]);
    await enqueue("wrong");
    await ledger.has("wrong");
    await enqueue("next");
    await ledger.has("next");
    // The two run side by side; stopping waits until both are settled.
    await worker.stop();
    const { rows } = await database.execute("select state from trellis_jobs.job where data->>'text' = 'wrong'", []);
    expect(rows).toEqual([{ state: "completed" }]);
  });

  it("of which the worker was killed are run again by the next one", async () => {
    const mortal = mortalHandle(database);
    const hanging = latch();
    const first = await startJobWorker(ctx, mortal.handle, [
      handleJob(note, async (_ctx, { text }) => {
        ledger.add(`first ${text}`);
        await hanging.opened;
      }),
    ]);
    await enqueue("x", { key: "k" });
    await ledger.has("first x");
    mortal.kill();
    await database.execute("update trellis_jobs.job set heartbeat_on = now() - interval '1 hour' where state = 'active'", []);
    await work([handleJob(note, async (_ctx, { text }) => ledger.add(`second ${text}`))]);
    await ledger.has("second x");
    hanging.open();
    await first.stop();
    await enqueue("y", { key: "k" });
    await ledger.has("second y");
    expect(ledger.entries).toEqual(["first x", "second x", "second y"]);
  });

  it("cut off while another of their key waits to be tried again do not keep the next worker from starting", async () => {
    const mortal = mortalHandle(database);
    const hanging = latch();
    const first = await startJobWorker(ctx, mortal.handle, [
      handleJob(note, async (_ctx, { text }) => {
        ledger.add(`first ${text}`);
        await hanging.opened;
      }),
    ]);
    await enqueue("x", { key: "k" });
    await ledger.has("first x");
    mortal.kill();
    await database.execute("update trellis_jobs.job set heartbeat_on = now() - interval '1 hour' where state = 'active'", []);
    await database.execute(
      "insert into trellis_jobs.job (name, data, state, singleton_key, policy, retry_limit, retry_count) select name, $1::jsonb, 'retry', singleton_key, policy, retry_limit, 1 from trellis_jobs.job where state = 'active'",
      [JSON.stringify({ text: "y" })],
    );
    await work([handleJob(note, async (_ctx, { text }) => ledger.add(`second ${text}`))]);
    await ledger.has("second y");
    hanging.open();
    await first.stop();
    expect(ledger.entries).toEqual(["first x", "second y"]);
  });

  it("sent twice to the queue, as after a crash between sending and noting it, run once", async () => {
    await enqueue("x");
    const [row] = await database.db.select().from(jobOutbox);
    await work([noting]);
    await ledger.has("x");
    if (row) await database.db.insert(jobOutbox).values(row);
    await enqueue("y");
    await ledger.has("y");
    expect(ledger.entries).toEqual(["x", "y"]);
  });

  it("under way are finished by stop, which takes nothing new", async () => {
    const gate = latch();
    const worker = await work([
      handleJob(note, async (_ctx, { text }) => {
        ledger.add(`${text} begins`);
        await gate.opened;
        ledger.add(`${text} ends`);
      }),
    ]);
    await enqueue("one");
    await ledger.has("one begins");
    const stopped = worker.stop();
    gate.open();
    await stopped;
    await enqueue("two");
    expect(ledger.entries).toEqual(["one begins", "one ends"]);
    expect(await database.db.select().from(jobOutbox)).toHaveLength(1);
  });
});

/** A handle through which nothing comes any more once its process is killed. */
function mortalHandle(handle: DatabaseHandle): { handle: DatabaseHandle; kill(): void } {
  let dead = false;
  const assertAlive = (): void => {
    if (dead) throw new Error("The process is dead.");
  };
  return {
    handle: {
      ...handle,
      kind: handle.kind,
      execute: async (text, values) => {
        assertAlive();
        return handle.execute(text, values);
      },
      listen: (channel, onNotification, options) => handle.listen(channel, (payload) => (dead ? undefined : onNotification(payload)), options),
    },
    kill: () => {
      dead = true;
    },
  };
}
