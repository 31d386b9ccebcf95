import { auditEvent, invitation, team, teamMember, user } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { desc, eq } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import type { CoreContext, Role } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { actingAs, testContext } from "../kernel/testing/test-context.ts";
import {
  acceptInvitation,
  type AccountStore,
  AccountStoreCapability,
  changeUserRole,
  createFirstAdministrator,
  createTeam,
  disableUser,
  getInvitation,
  inviteUser,
  listInvitations,
  listTeams,
  listUsers,
  revokeInvitation,
  usersWithRole,
} from "./index.ts";

const PASSWORD = "correct horse battery";
const DAY_MS = 86_400_000;

describe("people, invitations and teams", () => {
  const database = testDatabase();
  const clock = { now: new Date("2026-11-24T10:00:00Z") };
  const closed: string[] = [];
  let system: CoreContext;
  let admin: Awaited<ReturnType<typeof actingAs>>;

  const accounts: AccountStore = {
    async createUser({ name, email, role }, alongside) {
      const id = system.newId();
      await database.db.transaction(async (tx) => {
        await alongside?.(tx, id);
        const made = await tx.insert(user).values({ id, name, email, role, createdAt: clock.now, updatedAt: clock.now }).onConflictDoNothing().returning();
        if (made.length === 0) throw new CoreError("CONFLICT", "taken");
      });
      return { userId: id };
    },
    async revokeAccess(userId) {
      closed.push(userId);
    },
    forgetSignIns() {
      closed.push("*");
    },
  };

  beforeEach(async () => {
    clock.now = new Date("2026-11-24T10:00:00Z");
    closed.length = 0;
    system = testContext({ db: database.db, ports: [[AccountStoreCapability, accounts]], now: () => clock.now });
    for (const table of [auditEvent, invitation, teamMember, team, user]) await database.db.delete(table);
    admin = await actingAs(system, "Ada", "admin");
  });

  const lastAudit = async () => (await database.db.select().from(auditEvent).orderBy(desc(auditEvent.seq)).limit(1))[0];
  const roleOf = async (id: string) => (await database.db.select({ role: user.role }).from(user).where(eq(user.id, id)))[0]?.role;
  const administrators = async () =>
    (await database.db.query.user.findMany({ where: (row, { and, eq: is, isNull }) => and(is(row.role, "admin"), isNull(row.disabledAt)) })).length;

  it("lets only administrators manage people", async () => {
    for (const role of ["viewer", "data_scientist", "approver"] satisfies Role[]) {
      const person = await actingAs(system, role, role);
      const ways = [
        () => inviteUser(person, { email: "x@example.org", role: "admin" }),
        () => changeUserRole(person, { userId: person.actor.userId, role: "admin" }),
        () => disableUser(person, { userId: admin.actor.userId, disabled: true }),
        () => createTeam(person, { slug: "churn", name: "Churn", userIds: [] }),
        () => revokeInvitation(person, { id: system.newId() }),
        () => listInvitations(person),
      ];
      for (const way of ways) await expect(way(), `${role} ${way.toString()}`).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    expect(await database.db.select().from(auditEvent)).toEqual([]);
  });

  describe("invitations", () => {
    const invite = () => inviteUser(admin, { email: "grace@example.org", role: "approver" });
    const accept = (token: string, name = "Grace") => acceptInvitation(system, { token, name, password: PASSWORD });

    it("become an account of the invited role, once", async () => {
      const { token, id, expiresAt } = await invite();
      expect(expiresAt.getTime() - clock.now.getTime()).toBe(7 * DAY_MS);
      expect(await lastAudit()).toMatchObject({ action: "identity.invitation.create", actorId: admin.actor.userId, subjectId: id });
      expect(JSON.stringify([await database.db.select().from(invitation), await lastAudit()])).not.toContain(token);
      expect(await getInvitation(system, token)).toEqual({ email: "grace@example.org", role: "approver" });
      expect(await accept(token)).toEqual({ email: "grace@example.org" });
      expect(await lastAudit()).toMatchObject({ action: "identity.user.create", actorName: "Invitation", data: { role: "approver", invitationId: id } });
      await expect(accept(token)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(getInvitation(system, token)).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await listInvitations(admin)).toEqual([]);
    });

    it("used twice at once make one account", async () => {
      const { token } = await invite();
      const answers = await Promise.allSettled([accept(token, "One"), accept(token, "Two"), accept(token, "Three")]);
      expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
      expect(await database.db.select().from(user).where(eq(user.email, "grace@example.org"))).toHaveLength(1);
    });

    it("stay usable when making the account failed", async () => {
      const { token } = await invite();
      const taken = await database.db
        .insert(user)
        .values({ id: "twin", name: "Twin", email: "grace@example.org", createdAt: clock.now, updatedAt: clock.now })
        .returning();
      await expect(accept(token)).rejects.toMatchObject({ code: "CONFLICT" });
      await database.db.delete(user).where(eq(user.id, taken[0]?.id ?? ""));
      await accept(token);
    });

    it("expire after seven days, and keep saying so", async () => {
      const { token } = await invite();
      clock.now = new Date(clock.now.getTime() + 7 * DAY_MS + 1);
      for (let index = 0; index < 2; index += 1)
        await expect(accept(token)).rejects.toMatchObject({ code: "PRECONDITION_FAILED", message: expect.stringContaining("expired on 2026-12-01") as string });
    });

    it("can be taken back, once", async () => {
      const { token, id } = await invite();
      await revokeInvitation(admin, { id });
      expect(await lastAudit()).toMatchObject({ action: "identity.invitation.revoke", subjectId: id });
      await expect(accept(token)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(revokeInvitation(admin, { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    it("are not made for somebody who is here", async () => {
      await expect(inviteUser(admin, { email: admin.actor.email, role: "viewer" })).rejects.toMatchObject({ code: "CONFLICT" });
    });
  });

  describe("roles", () => {
    it("change with a record, from the next request on", async () => {
      const { actor } = await actingAs(system, "Vera", "viewer");
      await changeUserRole(admin, { userId: actor.userId, role: "approver" });
      expect(await lastAudit()).toMatchObject({ action: "identity.user.change-role", subjectId: actor.userId, data: { from: "viewer", to: "approver" } });
      expect(closed).toEqual(["*"]);
      expect(await usersWithRole(system, "approver")).toEqual([admin.actor.userId, actor.userId].toSorted());
      await changeUserRole(admin, { userId: actor.userId, role: "approver" });
      expect(await database.db.select().from(auditEvent)).toHaveLength(1);
      await expect(changeUserRole(admin, { userId: "nobody", role: "viewer" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    it("leave the last administrator", async () => {
      await expect(changeUserRole(admin, { userId: admin.actor.userId, role: "viewer" })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
      const second = await actingAs(system, "Bea", "admin");
      await disableUser(admin, { userId: second.actor.userId, disabled: true });
      await expect(changeUserRole(admin, { userId: admin.actor.userId, role: "viewer" })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
      expect(await roleOf(admin.actor.userId)).toBe("admin");
    });

    it("leave one when two administrators demote or disable each other at once", async () => {
      const second = await actingAs(system, "Bea", "admin");
      const answers = await Promise.allSettled([
        changeUserRole(admin, { userId: second.actor.userId, role: "viewer" }),
        changeUserRole(second, { userId: admin.actor.userId, role: "viewer" }),
      ]);
      expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
      expect(await administrators()).toBe(1);
      await database.db.update(user).set({ role: "admin" });
      const again = await Promise.allSettled([
        disableUser(admin, { userId: second.actor.userId, disabled: true }),
        disableUser(second, { userId: admin.actor.userId, disabled: true }),
      ]);
      expect(again.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
      expect(await administrators()).toBe(1);
    });
  });

  it("closes and opens accounts with a record, nobody their own", async () => {
    const { actor } = await actingAs(system, "Vera", "viewer");
    await disableUser(admin, { userId: actor.userId, disabled: true });
    expect(await lastAudit()).toMatchObject({ action: "identity.user.disable", subjectId: actor.userId });
    expect(closed).toEqual([actor.userId]);
    await disableUser(admin, { userId: actor.userId, disabled: true });
    expect(await database.db.select().from(auditEvent)).toHaveLength(1);
    await disableUser(admin, { userId: actor.userId, disabled: false });
    expect(await lastAudit()).toMatchObject({ action: "identity.user.enable" });
    await expect(disableUser(admin, { userId: admin.actor.userId, disabled: true })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    await expect(disableUser(admin, { userId: "nobody", disabled: true })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("makes the first administrator only while nobody is here", async () => {
    const first = (email: string) => createFirstAdministrator(system, { name: "First", email, password: PASSWORD });
    await expect(first("x@example.org")).rejects.toMatchObject({ code: "CONFLICT" });
    await database.db.delete(user);
    const answers = await Promise.allSettled([first("x@example.org"), first("y@example.org")]);
    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
    expect(await administrators()).toBe(1);
    expect(await lastAudit()).toMatchObject({ action: "identity.user.create", data: { first: true } });
  });

  it("makes a team of people who exist, and one of two of the same name", async () => {
    const make = (name: string) => createTeam(admin, { slug: "churn", name, userIds: [admin.actor.userId] });
    const answers = await Promise.allSettled([make("Churn"), make("Churn too")]);
    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
    expect(answers.find((answer) => answer.status === "rejected")).toMatchObject({ reason: { code: "CONFLICT", issues: [{ path: "slug" }] } });
    expect(await listTeams(admin)).toMatchObject([{ slug: "churn", members: 1 }]);
    expect(await lastAudit()).toMatchObject({ action: "identity.team.create", subjectName: "churn" });
    await expect(createTeam(admin, { slug: "ghosts", name: "Ghosts", userIds: [admin.actor.userId, "nobody"] })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await listTeams(admin)).toHaveLength(1);
  });

  it("lists people page by page", async () => {
    for (let index = 0; index < 105; index += 1) await actingAs(system, `P${index}`, "viewer");
    const first = await listUsers(admin);
    const second = await listUsers(admin, { cursor: first.nextCursor ?? "" });
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([100, 6, null]);
    expect(new Set([...first.items, ...second.items].map((row) => row.id)).size).toBe(106);
  });
});
