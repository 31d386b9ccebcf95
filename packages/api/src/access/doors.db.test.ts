import { apikey, session } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { restOperations } from "../rest/rest-operations.ts";
import { appRouter } from "../trpc/root.ts";
import { type AccessWorld, openAccessWorld, PASSWORD } from "./testing/access-world.ts";

const HOST = "portal.example:3000";
const ORIGIN = `http://${HOST}`;

describe("the doors below /api", () => {
  const database = testDatabase();
  let world: AccessWorld;
  let cookie: string;
  beforeAll(async () => {
    world = await openAccessWorld(database.handle);
    const response = await send("POST", "/api/auth/sign-in/email", { origin: ORIGIN }, { email: world.owner.email, password: PASSWORD });
    cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(";", 1)[0])
      .join("; ");
  });

  function send(method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Response> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const request = new Request(`http://${HOST}${path}`, {
      method,
      headers: { host: HOST, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: text }),
    });
    return Promise.resolve(world.door.fetch(request));
  }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const errorOf = async (response: Response) => ((await response.json()) as { error: { code: string; message: string } }).error;
  const asOutsider = () => bearer(world.outsider("data_scientist").token);

  it("give the Python client to everybody", async () => {
    expect(await (await send("GET", "/api/v1/python")).json()).toEqual({ fileName: "client.whl" });
    expect(await (await send("GET", "/api/v1/python/client.whl")).text()).toBe("a wheel");
    expect((await send("GET", "/api/v1/python/other.whl")).status).toBe(404);
  });

  describe("tokens", () => {
    const paths = ["/api/v1/me", "/api/v1/projects", "/api/events?topics=projects", "/api/v1/artifacts/x/content", "/api/v1/attempts/x/log"];

    it.each(paths)("%s wants one", async (path) => {
      const response = await send("GET", path);
      expect(response.status).toBe(401);
      expect(await errorOf(response)).toMatchObject({ code: "UNAUTHORIZED", message: expect.stringMatching(/^Sign in first/) as string });
    });

    it.each(paths)("%s says what is wrong with a bad one, even beside a good cookie", async (path) => {
      const person = world.outsider("viewer");
      const expired = await world.auth.tokens.create(person.ctx, { name: "expired" });
      await database.db
        .update(apikey)
        .set({ expiresAt: new Date(Date.now() - 1_000) })
        .where(eq(apikey.id, expired.id));
      const revoked = await world.auth.tokens.create(person.ctx, { name: "revoked" });
      await world.auth.tokens.revoke(person.ctx, { id: revoked.id });
      for (const [token, words] of [
        [expired.token, "It has expired."],
        [revoked.token, "It has been revoked."],
        ["trl_unknown", "not known here"],
        ["ghp_other", "begin with trl_"],
      ] as const) {
        const response = await send("GET", path, { ...bearer(token), cookie });
        expect(response.status, token).toBe(401);
        const { message } = await errorOf(response);
        expect(message).toContain(words);
        expect(message).toContain("trellis login");
        expect(message).not.toContain(token);
      }
    });

    it("count at tRPC as well", async () => {
      const good = await send("GET", "/api/trpc/identity.me", bearer(world.owner.token));
      expect(good.status).toBe(200);
      const bad = await send("GET", "/api/trpc/identity.me", bearer("trl_unknown"));
      expect(bad.status).toBe(401);
      expect(await bad.text()).toContain("The access token was refused");
    });
  });

  describe("other sites", () => {
    const write = (headers: Record<string, string>) => send("POST", "/api/v1/tokens", headers, { name: "made by another site" });

    it("cannot write with a person's cookie", async () => {
      const foreign = ["http://evil.example", "http://portal.example", "http://portal.example:3001", `${ORIGIN}.evil.example`, "null", "file://"];
      for (const origin of foreign) expect((await write({ cookie, origin })).status, origin).toBe(403);
      expect((await write({ cookie })).status, "without an origin").toBe(403);
      expect((await send("POST", "/api/trpc/identity.createToken", { cookie, origin: "http://evil.example" }, { json: { name: "x" } })).status).toBe(403);
      expect((await send("POST", "/api/auth/sign-out", { cookie, origin: "http://evil.example" }, {})).status).toBe(403);
      expect((await send("POST", "/api/auth/sign-in/email", { origin: "http://evil.example" }, { email: world.owner.email, password: PASSWORD })).status).toBe(
        403,
      );
      expect(await world.auth.tokens.list(world.owner.ctx)).toHaveLength(1);
    });

    it("are not this one, which can, and programs, which send a token", async () => {
      const made = await write({ cookie, origin: ORIGIN });
      expect(made.status).toBe(200);
      expect((await write(bearer(world.owner.token))).status).toBe(200);
    });

    it("get no leave to read answers", async () => {
      const response = await send("GET", "/api/v1/me", { cookie, origin: "http://evil.example" });
      expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    });

    it("cannot write by reading", async () => {
      const input = encodeURIComponent(JSON.stringify({ json: { name: "x" } }));
      expect((await send("GET", `/api/trpc/identity.createToken?input=${input}`, { cookie })).status).toBe(405);
    });
  });

  describe("/api/auth", () => {
    it.each([
      "sign-up/email",
      "api-key/verify",
      "api-key/create",
      "update-user",
      "error",
      "ok",
      "reset-password",
      "callback/github",
      "sign-in/social",
      "list-accounts",
      "token",
    ])("does not offer %s", async (path) => {
      for (const method of ["GET", "POST"])
        expect((await send(method, `/api/auth/${path}`, { cookie, origin: ORIGIN }, method === "POST" ? {} : undefined)).status).toBe(404);
    });

    it("tells a session's owner who they are, and nobody anything", async () => {
      expect(await (await send("GET", "/api/auth/get-session", { cookie })).json()).toMatchObject({ user: { email: world.owner.email } });
      expect(await (await send("GET", "/api/auth/get-session")).json()).toBeNull();
      const [row] = await database.db.select().from(session).where(eq(session.userId, world.owner.userId));
      expect(row).toBeDefined();
    });
  });

  describe("REST", () => {
    it("gives each procedure a path of its own", () => {
      const routes = restOperations(appRouter).map(({ route }) => `${route.method} ${route.path.replaceAll(/\{\w+\}/g, "{}")}`);
      expect(new Set(routes).size).toBe(routes.length);
    });

    it("answers NOT_FOUND for a private project by any of its names", async () => {
      const { hidden, missing } = world;
      const paths = (things: typeof missing) => [
        `/projects/${things.slug}`,
        `/projects/${things.projectId}`,
        `/projects/${things.slug}/pipelines`,
        `/run?runId=${things.runId}`,
        `/run?project=${things.slug}&number=1`,
        `/models/${things.modelName}`,
        `/deployments/${things.deploymentName}`,
        `/change-requests/${things.changeRequestId}`,
        `/artifacts/${things.artifactId}/content`,
        `/attempts/${things.attemptId}/log`,
        `/models/${things.modelName}/versions/2/files/report.html`,
      ];
      for (const [index, path] of paths(hidden).entries()) {
        const [answer, none] = await Promise.all([
          send("GET", `/api/v1${path}`, asOutsider()),
          send("GET", `/api/v1${paths(missing)[index] ?? ""}`, asOutsider()),
        ]);
        expect([answer.status, none.status], path).toEqual([404, 404]);
        const words = (text: string, things: typeof missing) =>
          Object.values(things)
            .toSorted((a, b) => b.length - a.length)
            .reduce((all, value) => all.replaceAll(value, "…"), text);
        expect(words((await errorOf(answer)).message, hidden), path).toBe(words((await errorOf(none)).message, missing));
      }
    });

    it("refuses bodies that are no JSON, too large or no object", async () => {
      const post = (body: string) => send("POST", "/api/v1/tokens", bearer(world.owner.token), body);
      expect([(await post("{")).status, (await post("[]")).status, (await post(`"${"x".repeat(5 * 1024 * 1024)}"`)).status]).toEqual([400, 400, 413]);
    });

    it("takes the path's project, not the body's", async () => {
      const response = await send("PATCH", `/api/v1/projects/${world.hidden.slug}`, asOutsider(), { project: world.open.slug, title: "Mine" });
      expect(response.status).toBe(404);
    });

    it("names what does not exist", async () => {
      expect(await errorOf(await send("GET", "/api/v1/nothing", asOutsider()))).toMatchObject({ code: "NOT_FOUND" });
      expect((await send("GET", "/api/v1/openapi.json")).status).toBe(200);
      expect(await (await send("GET", "/api/v1/trellis.schema.json")).json()).toMatchObject({ title: "trellis.yaml", required: ["version", "project"] });
    });
  });

  it("hears a webhook by its signature alone", async () => {
    const wrong = await send("POST", `/api/v1/hooks/${world.open.triggerId}`, { "x-trellis-delivery": "1", "x-trellis-signature": "sha256=00" }, {});
    expect([wrong.status, (await errorOf(wrong)).code]).toEqual([401, "UNAUTHORIZED"]);
    expect((await send("POST", "/api/v1/hooks/x", {}, {})).status).toBe(400);
    expect((await send("POST", "/api/v1/hooks/x", {}, "x".repeat(70_000))).status).toBe(413);
  });

  describe("downloads", () => {
    const file = (path: string) => send("GET", `/api/v1/models/${world.open.modelName}/versions/2/files/${path}`, asOutsider());

    it.each(["report.html", "sub/plot.svg"])("give %s to be saved, never to be run here", async (path) => {
      const response = await file(path);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe("<script>heron</script>");
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "content-type": "application/octet-stream",
        "content-disposition": expect.stringMatching(/^attachment; filename\*=UTF-8''/) as string,
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
      });
    });

    it("give a run's html the same way", async () => {
      const response = await send("GET", `/api/v1/artifacts/${world.open.artifactId}/content`, asOutsider());
      expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/octet-stream"]);
    });

    it.each([
      "..%2f..%2f..%2fetc%2fpasswd",
      "%2e%2e/%2e%2e/secret",
      "..\\secret",
      "sub%2f..%2freport.html",
      "/etc/passwd",
      "%00",
      "sub",
      "report.html/",
      "",
      "%E0%A4%A",
    ])("know no file %j", async (path) => {
      const response = await file(path);
      expect([400, 404]).toContain(response.status);
      expect(await response.text()).not.toMatch(/script|root:/);
    });

    it.each(["abc", "-1", "0", "1.5", "1e99", "NaN", "99"])("know no version %s", async (version) => {
      const response = await send("GET", `/api/v1/models/${world.open.modelName}/versions/${version}/files/report.html`, asOutsider());
      expect([400, 404], String(response.status)).toContain(response.status);
    });

    it.each([
      "artifacts/nonsense/content",
      "artifacts/00000000-0000-0000-0000-000000000000/content",
      "attempts/nonsense/log",
      "attempts/00000000-0000-0000-0000-000000000000/log?offset=-5",
    ])("know no %s", async (path) => {
      expect([400, 404]).toContain((await send("GET", `/api/v1/${path}`, asOutsider())).status);
    });
  });

  describe("events", () => {
    async function firstEvents(topics: string, publish: string[], count: number): Promise<string> {
      const gone = new AbortController();
      const request = new Request(`http://${HOST}/api/events?topics=${topics}`, { headers: { host: HOST, ...asOutsider() }, signal: gone.signal });
      const response = await world.door.fetch(request);
      const reader = response.body?.getReader();
      let text = "";
      while (reader && text.split("event:").length <= count) {
        const { value, done } = await reader.read();
        if (done) break;
        const before = text;
        text += new TextDecoder().decode(value);
        if (!before.includes("ready") && text.includes("ready")) for (const topic of publish) world.changes.publish(topic);
      }
      gone.abort();
      await reader?.cancel();
      return text;
    }

    it("tell what was asked for and no more", async () => {
      const text = await firstEvents("runs:*,projects", [`runs:${world.hidden.projectId}`, "approvals", "projects"], 3);
      expect(text).toContain("data: runs:*");
      expect(text).toContain("data: projects");
      expect(text).not.toContain(world.hidden.projectId);
      expect(text).not.toContain("approvals");
    });

    it("never tell of another person's inbox", async () => {
      const own = world.outsider("data_scientist").userId;
      const other = world.owner.userId;
      const text = await firstEvents(`notifications:${other},notifications:*,notifications:${own}`, [`notifications:${other}`, `notifications:${own}`], 2);
      expect(text).toContain(`notifications:${own}`);
      expect(text).not.toContain(other);
      expect(text).not.toContain("notifications:*");
    });

    it.each(["runs%3A%0Adata", "RUNS", "a b", `${"projects,".repeat(101)}projects`, "runs:../x"])("refuse topics like %j", async (topics) => {
      expect((await send("GET", `/api/events?topics=${encodeURIComponent(decodeURIComponent(topics))}`, asOutsider())).status).toBe(400);
    });
  });
});
