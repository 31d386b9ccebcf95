import { AccountStoreCapability, createFirstAdministrator, disableUser, changeUserRole } from "@trellis/core/identity/index.ts";
import type { Actor, Role } from "@trellis/core/kernel/context.ts";
import { testContext } from "@trellis/core/kernel/testing/test-context.ts";
import { apikey, auditEvent, session, user } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Auth, createAuth, type UserActor } from "./index.ts";

const PASSWORD = "correct horse battery";
const SECRET = "a secret of the test that is long enough";

describe("accounts, sessions and tokens", () => {
  const database = testDatabase();
  const logged: string[] = [];
  const keep = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  let auth: Auth;
  beforeAll(() => {
    auth = createAuth(database.db, SECRET, { debug: keep, info: keep, warn: keep, error: keep });
  });
  afterEach(() => void vi.restoreAllMocks());

  const contextOf = (actor?: Actor) => testContext({ db: database.db, ports: [[AccountStoreCapability, auth.accountStore]], ...(actor ? { actor } : {}) });
  let people = 0;
  async function person(role: Role = "data_scientist") {
    people += 1;
    const email = `person${people}@example.org`;
    const { userId } = await auth.accountStore.createUser({ name: `Person ${people}`, email, password: PASSWORD, role });
    const actor: UserActor = { kind: "user", userId, name: `Person ${people}`, email, role };
    return { email, userId, ctx: contextOf(actor) };
  }
  type PostOptions = { host?: string; origin?: string; cookie?: string; headers?: Record<string, string> };
  function post(path: string, body: object, { host = "portal.example:3000", origin, cookie, headers = {} }: PostOptions = {}): Promise<Response> {
    const sent = { "content-type": "application/json", origin: origin ?? `http://${host}`, ...(cookie ? { cookie } : {}), ...headers };
    return auth.handle(new Request(`http://${host}/api/auth/${path}`, { method: "POST", body: JSON.stringify(body), headers: sent }));
  }
  const signIn = (email: string, password = PASSWORD, options = {}) => post("sign-in/email", { email, password }, options);
  const cookieOf = (response: Response) =>
    response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(";", 1)[0])
      .join("; ");
  const whoHas = (headers: Record<string, string>) => auth.authenticator.actorOf(new Headers(headers));
  const refused = (reason: string) => ({ code: "UNAUTHENTICATED", message: expect.stringContaining(reason) as string });

  it("makes one first administrator of two who ask at once, and none later", async () => {
    const ask = (email: string) => createFirstAdministrator(contextOf(), { name: "Ada", email, password: PASSWORD });
    const answers = await Promise.allSettled([ask("Ada@Example.org"), ask("eve@example.org")]);
    expect(answers.map((answer) => answer.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(answers.find((answer) => answer.status === "rejected")).toMatchObject({ reason: { code: "CONFLICT" } });
    await expect(ask("third@example.org")).rejects.toMatchObject({ code: "CONFLICT" });
    const everybody = await database.db.select().from(user);
    expect(everybody).toMatchObject([{ role: "admin" }]);
    expect(await database.db.select().from(auditEvent)).toMatchObject([{ action: "identity.user.create", actorName: "Setup", data: { first: true } }]);
    expect((await signIn(everybody[0]?.email ?? "")).status).toBe(200);
  });

  it("refuses a second account for an address, whatever its case and also at once, and leaves nothing of it", async () => {
    const make = (email: string) => auth.accountStore.createUser({ name: "Twin", email, password: PASSWORD, role: "viewer" });
    const answers = await Promise.allSettled([make("twin@example.org"), make("TWIN@example.org"), make("Twin@Example.org")]);
    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
    for (const answer of answers) if (answer.status === "rejected") expect(answer.reason).toMatchObject({ code: "CONFLICT", issues: [{ path: "email" }] });
    const made = await database.db.query.account.findMany();
    expect(new Set(made.map((row) => row.userId)).size).toBe(made.length);
  });

  it("makes no account when what belongs to it fails", async () => {
    const failing = auth.accountStore.createUser({ name: "X", email: "x@example.org", password: PASSWORD, role: "viewer" }, () =>
      Promise.reject(new Error("no")),
    );
    await expect(failing).rejects.toThrow("no");
    expect(await database.db.select().from(user).where(eq(user.email, "x@example.org"))).toEqual([]);
  });

  describe("sessions", () => {
    it.each(["localhost:3000", "127.0.0.1:8080", "trellis.internal", "[::1]:3000"])("are made under %s, with a cookie that plain HTTP keeps", async (host) => {
      const { email, userId } = await person();
      const response = await signIn(email, PASSWORD, { host });
      expect(response.status).toBe(200);
      const [cookie = ""] = response.headers.getSetCookie();
      expect(cookie).toMatch(/HttpOnly/i);
      expect(cookie).toMatch(/SameSite=Lax/i);
      expect(cookie).not.toMatch(/Secure/i);
      expect(await whoHas({ cookie: cookieOf(response) })).toMatchObject({ userId });
    });

    it("never leave TLS when they came by it, also behind a proxy", async () => {
      const { email } = await person();
      const proxied = await signIn(email, PASSWORD, { host: "ml.example.org", origin: "https://ml.example.org", headers: { "x-forwarded-proto": "https" } });
      expect(proxied.status).toBe(200);
      for (const cookie of proxied.headers.getSetCookie()) expect(cookie).toMatch(/; Secure/);
    });

    it("end with sign-out, at once", async () => {
      const { email } = await person();
      const cookie = cookieOf(await signIn(email));
      expect(await whoHas({ cookie })).not.toBeNull();
      expect((await post("sign-out", {}, { cookie })).status).toBe(200);
      expect(await whoHas({ cookie })).toBeNull();
    });

    it("are not made with a wrong password, and say the same for an unknown address", async () => {
      const { email } = await person();
      const [wrong, unknown] = [await signIn(email, "not the password"), await signIn("nobody@example.org")];
      expect([wrong.status, unknown.status]).toEqual([401, 401]);
      expect(await wrong.json()).toEqual(await unknown.json());
    });

    it("wait after ten wrong passwords for an address, and only for it", async () => {
      const [{ email }, other] = [await person(), await person()];
      for (let index = 0; index < 10; index += 1) await signIn(email, "not the password");
      const response = await signIn(email);
      expect(response.status).toBe(429);
      expect(await response.json()).toMatchObject({ message: expect.stringContaining("Too many wrong passwords") as string });
      await expect(auth.tokens.signIn(contextOf(), { email, password: PASSWORD, tokenName: "cli" })).rejects.toMatchObject({ code: "UNAVAILABLE" });
      expect((await signIn(other.email)).status).toBe(200);
    });

    it("are open to any number of right sign-ins", async () => {
      const { email } = await person();
      const statuses = new Set<number>();
      for (let index = 0; index < 70; index += 1) statuses.add((await post("get-session", {}, { cookie: "better-auth.session_token=x" })).status);
      for (let index = 0; index < 12; index += 1) statuses.add((await signIn(email)).status);
      expect(statuses.has(429)).toBe(false);
    });

    it("change the password with the old one, written down", async () => {
      const { email, userId } = await person();
      const cookie = cookieOf(await signIn(email));
      const change = (currentPassword: string) =>
        post("change-password", { currentPassword, newPassword: "another long password", revokeOtherSessions: true }, { cookie });
      expect((await change("wrong password")).ok).toBe(false);
      expect((await change(PASSWORD)).status).toBe(200);
      expect((await signIn(email)).status).toBe(401);
      expect((await signIn(email, "another long password")).status).toBe(200);
      expect(await database.db.select().from(auditEvent).where(eq(auditEvent.subjectId, userId))).toMatchObject([
        { action: "identity.password.change", actorId: userId },
      ]);
    });

    it.each(["sign-up/email", "update-user", "delete-user", "api-key/create", "list-sessions", "sign-in/email/", "sign-in/../update-user", "%73ign-in/email"])(
      "offer nothing at %s",
      async (path) => {
        expect((await post(path, { email: "new@example.org", password: PASSWORD, name: "New" })).status).toBe(404);
      },
    );
  });

  describe("tokens", () => {
    it("are shown once, kept as a hash, listed and revoked at once", async () => {
      const { ctx, userId } = await person();
      const made = await auth.tokens.create(ctx, { name: "ci" });
      expect(made.token).toMatch(/^trl_/);
      const listed = await auth.tokens.list(ctx);
      expect(listed).toMatchObject([{ id: made.id, name: "ci" }]);
      const rows = await database.db.select().from(apikey).where(eq(apikey.referenceId, userId));
      expect(JSON.stringify([rows, listed])).not.toContain(made.token);
      const bearer = { authorization: `Bearer ${made.token}` };
      expect(await whoHas(bearer)).toMatchObject({ userId });
      expect(await whoHas({ authorization: `Basic ${Buffer.from(`git:${made.token}`).toString("base64")}` })).toMatchObject({ userId });
      await auth.tokens.revoke(ctx, { id: made.id });
      await expect(whoHas(bearer)).rejects.toMatchObject(refused("revoked"));
      expect(await auth.tokens.list(ctx)).toEqual([]);
      const audited = await database.db.select().from(auditEvent).where(eq(auditEvent.subjectId, made.id));
      expect(audited.map((event) => event.action)).toEqual(["identity.token.create", "identity.token.revoke"]);
      expect(JSON.stringify(audited)).not.toContain(made.token);
    });

    it("of another person cannot be revoked", async () => {
      const [mine, theirs] = [await person(), await person()];
      const made = await auth.tokens.create(theirs.ctx, { name: "ci" });
      await expect(auth.tokens.revoke(mine.ctx, { id: made.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await whoHas({ authorization: `Bearer ${made.token}` })).not.toBeNull();
    });

    it("expire, and say so", async () => {
      const { ctx } = await person();
      const made = await auth.tokens.create(ctx, { name: "short" });
      await database.db
        .update(apikey)
        .set({ expiresAt: new Date(Date.now() - 1_000) })
        .where(eq(apikey.id, made.id));
      await expect(whoHas({ authorization: `Bearer ${made.token}` })).rejects.toMatchObject(refused("It has expired"));
      await expect(whoHas({ authorization: `Bearer ${made.token}` })).rejects.toMatchObject(refused("expired"));
    });

    it.each([
      ["Bearer trl_nothing", "not known here"],
      ["Bearer nonsense", "begin with trl_"],
      ["Bearer ", "begin with trl_"],
      ["Basic !!!", "begin with trl_"],
      [`Basic ${Buffer.from("ada:password").toString("base64")}`, "begin with trl_"],
    ])("that are wrong are refused: %s", async (authorization, reason) => {
      await expect(whoHas({ authorization })).rejects.toMatchObject(refused(reason));
    });

    it("come for an address and password, and leave no session behind", async () => {
      const { email, userId } = await person();
      const { token } = await auth.tokens.signIn(contextOf(), { email: email.toUpperCase(), password: PASSWORD, tokenName: "cli" });
      expect(await whoHas({ authorization: `Bearer ${token}` })).toMatchObject({ userId });
      expect(await database.db.select().from(session).where(eq(session.userId, userId))).toEqual([]);
      await expect(auth.tokens.signIn(contextOf(), { email, password: "not the password", tokenName: "cli" })).rejects.toMatchObject(refused("wrong"));
    });
  });

  describe("a disabled account", () => {
    it("loses its sessions and tokens and cannot sign in", async () => {
      const [{ email, userId, ctx }, admin] = [await person(), await person("admin")];
      const cookie = cookieOf(await signIn(email));
      const { token } = await auth.tokens.create(ctx, { name: "ci" });
      expect(await Promise.all([whoHas({ cookie }), whoHas({ authorization: `Bearer ${token}` })])).toMatchObject([{ userId }, { userId }]);
      await disableUser(admin.ctx, { userId, disabled: true });
      expect(await whoHas({ cookie })).toBeNull();
      await expect(whoHas({ authorization: `Bearer ${token}` })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
      const response = await signIn(email);
      expect([response.status, await response.json()]).toMatchObject([403, { message: expect.stringContaining("disabled") as string }]);
      await expect(auth.tokens.signIn(contextOf(), { email, password: PASSWORD, tokenName: "cli" })).rejects.toMatchObject(refused("disabled"));
      await disableUser(admin.ctx, { userId, disabled: false });
      expect((await signIn(email)).status).toBe(200);
      expect(await whoHas({ cookie })).toBeNull();
    });

    it("is not believed from the cache either when only its row says so", async () => {
      const { userId, ctx } = await person();
      const { token } = await auth.tokens.create(ctx, { name: "ci" });
      await database.db.update(user).set({ disabledAt: new Date() }).where(eq(user.id, userId));
      await expect(whoHas({ authorization: `Bearer ${token}` })).rejects.toMatchObject(refused("disabled"));
    });
  });

  it("lets a new role count from the next request on", async () => {
    const [{ userId, ctx }, admin] = [await person("viewer"), await person("admin")];
    const { token } = await auth.tokens.create(ctx, { name: "ci" });
    expect(await whoHas({ authorization: `Bearer ${token}` })).toMatchObject({ role: "viewer" });
    await changeUserRole(admin.ctx, { userId, role: "approver" });
    expect(await whoHas({ authorization: `Bearer ${token}` })).toMatchObject({ role: "approver" });
  });

  it("logs nothing that lets anybody in, and prints nothing", async () => {
    const printed = [vi.spyOn(console, "error"), vi.spyOn(console, "warn"), vi.spyOn(console, "log")];
    const { email } = await person();
    logged.length = 0;
    const response = await signIn(email);
    await signIn(email, "not the password");
    await signIn("nobody@example.org");
    await whoHas({ authorization: "Bearer trl_nothing" }).catch(() => {});
    const text = logged.join("\n");
    for (const secret of [PASSWORD, "not the password", "trl_nothing", email, "nobody@example.org", cookieOf(response), SECRET])
      expect(text).not.toContain(secret);
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });
});
