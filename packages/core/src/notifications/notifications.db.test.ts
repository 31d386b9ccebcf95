import { notification } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CHANGES_CHANNEL } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { actingAs, testContext } from "../kernel/testing/test-context.ts";
import { listNotifications, markNotificationsRead, notify } from "./index.ts";

describe("the inbox", () => {
  const database = testDatabase();
  let system: CoreContext;
  let [ada, grace]: Awaited<ReturnType<typeof actingAs>>[] = [];
  const people = () => {
    if (!ada || !grace) throw new Error("The test has not begun.");
    return { ada, grace };
  };
  beforeAll(async () => {
    system = testContext({ db: database.db });
    ada = await actingAs(system, "Ada", "data_scientist");
    grace = await actingAs(system, "Grace", "approver");
  });
  beforeEach(async () => {
    await database.db.delete(notification);
  });
  const tell = (ctx: CoreContext, title: string) =>
    notify(database.db, ctx, {
      userIds: [people().ada.actor.userId, people().grace.actor.userId, people().grace.actor.userId],
      kind: "drift_alert",
      title,
      href: "/x",
    });
  const titles = async (ctx: CoreContext) => (await listNotifications(ctx, { limit: 20 })).items.map((item) => item.title);

  it("gets one message each, and none of one's own act", async () => {
    await tell(system, "by the platform");
    await tell(people().ada, "by Ada");
    expect(await titles(people().ada)).toEqual(["by the platform"]);
    expect(await titles(people().grace)).toEqual(["by Ada", "by the platform"]);
  });

  it("is told of only when the transaction commits", async () => {
    const topics: string[] = [];
    const arrived: { wake(): void } = { wake() {} };
    const unlisten = await database.handle.listen(CHANGES_CHANNEL, (topic) => {
      topics.push(topic);
      arrived.wake();
    });
    const undone = database.db.transaction(async (tx) => {
      await notify(tx, system, { userIds: [people().ada.actor.userId], kind: "run_failed", title: "undone", href: "/x" });
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    const next = new Promise<void>((resolve) => (arrived.wake = resolve));
    await notify(database.db, system, { userIds: [people().grace.actor.userId], kind: "run_failed", title: "done", href: "/x" });
    await next;
    await unlisten();
    expect(topics).toEqual([`notifications:${people().grace.actor.userId}`]);
    expect(await titles(people().ada)).toEqual([]);
  });

  it("counts what is unread; marking touches one's own only, and twice is once", async () => {
    await tell(system, "one");
    await tell(system, "two");
    const { items } = await listNotifications(people().ada, { limit: 20 });
    await markNotificationsRead(people().grace, { ids: items.map((item) => item.id) });
    expect(await listNotifications(people().ada, { limit: 1 })).toMatchObject({ unread: 2, items: [{ title: "two" }], nextCursor: items[0]?.id });
    await markNotificationsRead(people().ada, { ids: [items[1]?.id ?? ""] });
    await markNotificationsRead(people().ada, { ids: [items[1]?.id ?? ""] });
    expect((await listNotifications(people().ada, { limit: 20 })).unread).toBe(1);
    await markNotificationsRead(people().ada, {});
    expect((await listNotifications(people().ada, { limit: 20 })).unread).toBe(0);
    expect((await listNotifications(people().grace, { limit: 20 })).unread).toBe(2);
  });

  it("belongs to people", async () => {
    await expect(listNotifications(system, { limit: 20 })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(markNotificationsRead(system, {})).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});
