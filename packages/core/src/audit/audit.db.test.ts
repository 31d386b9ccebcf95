import { auditEvent } from "@trellis/db/schema";
import { rolledBack, testDatabase } from "@trellis/db/testing";
import { beforeAll, describe, expect, it } from "vitest";
import type { CoreContext } from "../kernel/context.ts";
import { actingAs, testContext } from "../kernel/testing/test-context.ts";
import { recordAuditEvent, searchAuditEvents } from "./index.ts";

describe("the audit log", () => {
  const database = testDatabase();
  const project = "01a20000-0000-7000-8000-000000000001";
  let [admin, ada]: Awaited<ReturnType<typeof actingAs>>[] = [];
  let system: CoreContext;
  const people = () => {
    if (!admin || !ada) throw new Error("The test has not begun.");
    return { admin, ada };
  };
  beforeAll(async () => {
    let minute = 0;
    system = testContext({ db: database.db, now: () => new Date(Date.UTC(2026, 10, 24, 10, minute++)) });
    admin = await actingAs(system, "Ada", "admin");
    ada = await actingAs(system, "Grace", "approver");
    for (let index = 0; index < 5; index += 1)
      await recordAuditEvent(database.db, people().ada, {
        action: "delivery.change-request.approve",
        subject: { kind: "change-request", id: String(index), name: `CR-${index}` },
        projectId: project,
        data: { index },
      });
    await recordAuditEvent(database.db, system, { action: "identity.user.create", subject: { kind: "user", id: "u", name: "u@example.org" } });
  });

  it("says who did what to which thing", async () => {
    const { items } = await searchAuditEvents(people().admin, { limit: 2 });
    expect(items).toMatchObject([
      { action: "identity.user.create", actorId: null, actorName: "test", projectId: null },
      {
        action: "delivery.change-request.approve",
        actorId: people().ada.actor.userId,
        actorName: "Grace",
        subjectName: "CR-4",
        projectId: project,
        data: { index: 4 },
      },
    ]);
  });

  it("goes page by page without a gap", async () => {
    const seen: number[] = [];
    let cursor: number | null = null;
    do {
      const page: Awaited<ReturnType<typeof searchAuditEvents>> = await searchAuditEvents(people().admin, { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map((item) => item.seq));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual((await database.db.select({ seq: auditEvent.seq }).from(auditEvent)).map((row) => row.seq).toSorted((a, b) => b - a));
  });

  it.each([
    [{ action: "identity.user.create" }, 1],
    [{ projectId: project }, 5],
    [{ subjectId: "3" }, 1],
    [{ since: new Date("2100-01-01") }, 0],
    [{ actorId: "nobody" }, 0],
  ])("is searched by %j", async (input, count) => {
    expect((await searchAuditEvents(people().admin, { limit: 50, ...input })).items).toHaveLength(count);
  });

  it("is for administrators", async () => {
    await expect(searchAuditEvents(people().ada, { limit: 50 })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("holds nothing of a write that was undone", async () => {
    await rolledBack(database.db, (tx) => recordAuditEvent(tx, system, { action: "catalog.project.create", subject: { kind: "project", id: "p", name: "p" } }));
    expect((await searchAuditEvents(people().admin, { limit: 50, action: "catalog.project.create" })).items).toEqual([]);
  });
});
