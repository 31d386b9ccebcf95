import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import type { Database, Transaction } from "./database.ts";
import { testDatabase } from "./testing/index.ts";

const balances = async (db: Database | Transaction) =>
  (await db.execute<{ n: number }>(sql`select amount::int as n from balance order by id`)).rows.map((row) => row.n);
const add = (db: Database | Transaction, id: number, amount: number) => db.execute(sql`update balance set amount = amount + ${amount} where id = ${id}`);

describe("transactions", () => {
  const database = testDatabase();
  beforeEach(async () => {
    await database.handle.execute(
      "drop table if exists balance; create table balance (id int primary key, amount int not null); insert into balance values (1, 100), (2, 100)",
    );
  });

  it("show others nothing before they commit, and everything after", async () => {
    const inside = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const writing = database.db.transaction(async (tx) => {
      await add(tx, 1, -30);
      inside.resolve();
      await go.promise;
      await add(tx, 2, 30);
    });
    await inside.promise;
    // On the embedded database this waits for the one connection; on a server it reads the old rows. Never a half-made move.
    const reading = balances(database.db);
    go.resolve();
    await writing;
    expect([
      [100, 100],
      [70, 130],
    ]).toContainEqual(await reading);
    expect(await balances(database.db)).toEqual([70, 130]);
  });

  it("keep their sum under many at once", async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        database.db.transaction(async (tx) => {
          await tx.execute(sql`select id from balance order by id for update`);
          const [first = 0, second = 0] = await balances(tx);
          await tx.execute(sql`update balance set amount = ${first - index} where id = 1`);
          await tx.execute(sql`update balance set amount = ${second + index} where id = 2`);
        }),
      ),
    );
    expect(await balances(database.db)).toEqual([100 - 1770, 100 + 1770]);
  });

  it("are undone when they throw, and the next one works", async () => {
    await expect(
      database.db.transaction(async (tx) => {
        await add(tx, 1, 5);
        throw new Error("stop");
      }),
    ).rejects.toThrow("stop");
    await expect(database.db.transaction((tx) => tx.execute(sql`insert into balance values (1, 1)`))).rejects.toMatchObject({ cause: { code: "23505" } });
    expect(await balances(database.db)).toEqual([100, 100]);
  });

  it("undo only the nested part that failed", async () => {
    await database.db.transaction(async (tx) => {
      await add(tx, 1, 1);
      await tx.transaction((inner) => add(inner, 1, 10));
      const failing = tx.transaction(async (inner) => {
        await add(inner, 1, 100);
        await inner.transaction((innermost) => add(innermost, 2, 1000));
        await inner.execute(sql`select 1/0`);
      });
      await expect(failing).rejects.toMatchObject({ cause: { code: "22012" } });
      await add(tx, 2, 2);
    });
    expect(await balances(database.db)).toEqual([111, 102]);
  });

  it("refuse to go on after a failed statement", async () => {
    await expect(
      database.db.transaction(async (tx) => {
        await tx.execute(sql`select 1/0`).catch(() => {});
        await add(tx, 1, 1);
      }),
    ).rejects.toMatchObject({ cause: { code: "25P02" } });
  });

  it("honour their settings", async () => {
    const level = await database.db.transaction((tx) => tx.execute(sql`show transaction_isolation`), { isolationLevel: "serializable" });
    expect(level.rows).toEqual([{ transaction_isolation: "serializable" }]);
    await expect(database.db.transaction((tx) => add(tx, 1, 1), { accessMode: "read only" })).rejects.toMatchObject({ cause: { code: "25006" } });
  });

  it("skip rows that another holds", async () => {
    const claim = () =>
      database.db.transaction(async (tx) => {
        const { rows } = await tx.execute<{ id: number }>(
          sql`delete from balance where id = (select id from balance order by id for update skip locked limit 1) returning id`,
        );
        return rows.map((row) => row.id);
      });
    const claimed = await Promise.all([claim(), claim(), claim()]);
    expect(claimed.flat().toSorted()).toEqual([1, 2]);
  });

  it("give their turns in the order of asking when there is one connection", async () => {
    const order: number[] = [];
    const turns = Array.from({ length: 20 }, (_, index) =>
      database.db.transaction(async (tx) => {
        await tx.execute(sql`select 1`);
        order.push(index);
        await tx.execute(sql`select 1`);
      }),
    );
    await Promise.all(turns);
    if (database.handle.kind === "pglite") expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });
});

describe("withExclusive", () => {
  const database = testDatabase();

  it("runs one at a time per name, also after a failure, and passes results and errors on", async () => {
    let inside = 0;
    let most = 0;
    const work = (fail: boolean) =>
      database.handle.withExclusive("leader", async () => {
        inside += 1;
        most = Math.max(most, inside);
        await database.handle.ping();
        inside -= 1;
        if (fail) throw new Error("no");
        return "yes";
      });
    const outcomes = await Promise.allSettled([work(false), work(true), work(false), work(false)]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect(most).toBe(1);
  });

  it("does not hold up another name", async () => {
    const held = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const first = database.handle.withExclusive("one", async () => {
      held.resolve();
      await release.promise;
    });
    await held.promise;
    expect(await database.handle.withExclusive("two", async () => 2)).toBe(2);
    release.resolve();
    await first;
  });
});
