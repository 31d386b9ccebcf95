import { project } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { searchAuditEvents } from "../audit/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { actingAs, testContext } from "../kernel/testing/test-context.ts";
import { authorize, PERMISSIONS, type Permission, visibleProjects } from "./index.ts";

const OWN = "01a20000-0000-7000-8000-000000000001";
const OTHER = "01a20000-0000-7000-8000-000000000002";
const permissions = Object.keys(PERMISSIONS) as Permission[];

describe("what a pipeline step may", () => {
  const database = testDatabase();
  let step: CoreContext;
  beforeAll(async () => {
    const at = new Date("2026-11-24T10:00:00Z");
    const { actor } = await actingAs(testContext({ db: database.db }), "Ada", "data_scientist");
    const row = { description: "", visibility: "internal" as const, createdBy: actor.userId, createdAt: at };
    await database.db.insert(project).values([
      { ...row, id: OWN, slug: "own", title: "Own", repository: "projects/own" },
      { ...row, id: OTHER, slug: "other", title: "Other", repository: "projects/other" },
    ]);
    step = testContext({ db: database.db, actor: { kind: "attempt", attemptId: OWN, runId: OWN, projectId: OWN, name: "train of run 1" } });
  });

  it("is to read and write its own project", async () => {
    const allowed: Permission[] = [];
    for (const permission of permissions)
      await authorize(step, permission, { projectId: OWN }).then(
        () => allowed.push(permission),
        (error: unknown) => expect(error).toMatchObject({ code: "FORBIDDEN" }),
      );
    expect(allowed).toEqual(["project.list", "project.read", "project.write"]);
  });

  it("is nothing in another one, which does not exist for it", async () => {
    for (const permission of permissions) await expect(authorize(step, permission, { projectId: OTHER })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await database.db.select({ slug: project.slug }).from(project).where(visibleProjects(step))).toEqual([{ slug: "own" }]);
  });

  it("is not to read the audit log", async () => {
    await expect(searchAuditEvents(step, { limit: 1 })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});
