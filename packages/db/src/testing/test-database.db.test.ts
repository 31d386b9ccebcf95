import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { user } from "../schema/index.ts";
import { rolledBack, testDatabase } from "./index.ts";

const ada = { id: "u1", name: "Ada", email: "ada@example.org", createdAt: new Date(1), updatedAt: new Date(2) };

describe("the test database", () => {
  const database = testDatabase();

  it("is migrated and empty", async () => {
    expect(await database.db.select().from(user)).toEqual([]);
  });

  it("undoes what a rolled-back test wrote, nested transactions included", async () => {
    const seen = await rolledBack(database.db, async (tx) => {
      await tx.insert(user).values(ada);
      await tx.transaction((inner) => inner.update(user).set({ role: "admin" }));
      return tx.select().from(user);
    });
    expect(seen).toMatchObject([{ ...ada, role: "admin" }]);
    expect(await database.db.select().from(user)).toEqual([]);
  });

  it("passes on the error of a rolled-back test", async () => {
    await expect(rolledBack(database.db, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  it("keeps the outer transaction usable after a nested one failed", async () => {
    const seen = await rolledBack(database.db, async (tx) => {
      await tx.insert(user).values(ada);
      await expect(tx.transaction((inner) => inner.insert(user).values(ada))).rejects.toMatchObject({ cause: { code: "23505" } });
      return tx.execute<{ n: number }>(sql`select count(*)::int as n from "user"`);
    });
    expect(seen.rows).toEqual([{ n: 1 }]);
  });
});
