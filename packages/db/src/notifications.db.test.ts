import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { DatabaseHandle } from "./database.ts";
import { testDatabase } from "./testing/index.ts";

/** Collects payloads; `received(n)` waits for the nth. */
async function collect(handle: DatabaseHandle, channel: string) {
  const payloads: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const unlisten = await handle.listen(channel, (payload) => {
    payloads.push(payload);
    for (const wait of waiting) if (payloads.length >= wait.count) wait.resolve();
  });
  const received = (count: number) =>
    new Promise<string[]>((resolve) => {
      const done = () => resolve([...payloads]);
      if (payloads.length >= count) done();
      else waiting.push({ count, resolve: done });
    });
  return { payloads, received, unlisten };
}

const notify = (handle: DatabaseHandle, channel: string, payload: string) => handle.execute("select pg_notify($1, $2)", [channel, payload]);

describe("listen", () => {
  const database = testDatabase();

  it("delivers on commit, in order, and nothing of what was rolled back", async () => {
    const { received } = await collect(database.handle, "news");
    await database.db
      .transaction(async (tx) => {
        await tx.execute(sql`select pg_notify('news', 'lost')`);
        tx.rollback();
      })
      .catch(() => {});
    let inside: string[] = ["not read"];
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`select pg_notify('news', 'first')`);
      await tx.execute(sql`select 1`);
      inside = await received(0);
      await tx.execute(sql`select pg_notify('news', 'O''Hara 🙂')`);
    });
    await notify(database.handle, "news", "");
    expect(await received(3)).toEqual(["first", "O'Hara 🙂", ""]);
    expect(inside).toEqual([]);
  });

  it("keeps channels and listeners apart", async () => {
    const [a1, a2, b] = [await collect(database.handle, "a"), await collect(database.handle, "a"), await collect(database.handle, "b")];
    await notify(database.handle, "b", "b1");
    await notify(database.handle, "a", "a1");
    expect([await a1.received(1), await a2.received(1), await b.received(1)]).toEqual([["a1"], ["a1"], ["b1"]]);
    await a1.unlisten();
    await a1.unlisten();
    await notify(database.handle, "a", "a2");
    expect(await a2.received(2)).toEqual(["a1", "a2"]);
    expect(a1.payloads).toEqual(["a1"]);
    await a2.unlisten();
    await notify(database.handle, "a", "a3");
    await notify(database.handle, "b", "b2");
    await b.received(2);
    expect(a2.payloads).toEqual(["a1", "a2"]);
  });

  it("survives a listener that throws", async () => {
    await database.handle.listen("fragile", () => {
      throw new Error("listener");
    });
    const { received } = await collect(database.handle, "fragile");
    await notify(database.handle, "fragile", "still here");
    expect(await received(1)).toEqual(["still here"]);
  });

  it("goes on after its connection was lost", async () => {
    const back = Promise.withResolvers<void>();
    const { received } = await collect(database.handle, "steady");
    await database.handle.listen("steady", () => {}, { onReconnect: back.resolve });
    if (database.handle.kind === "postgres") {
      await database.handle.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'");
      await back.promise;
    } else {
      // The embedded database's pool drops its connection after an error and starts over with a clean session.
      await expect(database.handle.execute("select 1/0")).rejects.toThrow("division by zero");
    }
    await notify(database.handle, "steady", "hello again");
    expect(await received(1)).toEqual(["hello again"]);
  });

  it("refuses what cannot name a channel", async () => {
    await expect(database.handle.listen('x"; drop table "user', () => {})).rejects.toMatchObject({ code: "INVALID" });
  });
});
