import { type AccessWorld, openAccessWorld, type Person } from "@trellis/api/access/testing/access-world.ts";
import { apikey, deployment, jobOutbox } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { gitAccess } from "./git-access.ts";

describe("who may clone and push", () => {
  const database = testDatabase();
  let world: AccessWorld;
  beforeAll(async () => {
    world = await openAccessWorld(database.handle);
  });
  const basic = (token: string, user = "anybody") => `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
  const access = () => gitAccess(world.core, world.auth.authenticator);
  const ask = (repository: string, operation: "read" | "write", who: Person | null) =>
    access().authorize({ repository, operation, authorization: who ? basic(who.token) : undefined });

  it("asks for a token", async () => {
    for (const repository of [`projects/${world.open.slug}`, `projects/${world.hidden.slug}`, "platform/environments", "projects/none"]) {
      expect(await ask(repository, "read", null), repository).toMatchObject({
        status: "unauthenticated",
        message: expect.stringContaining("access token") as string,
      });
    }
  });

  it("says what is wrong with a token", async () => {
    const person = world.outsider("viewer");
    const made = await world.auth.tokens.create(person.ctx, { name: "old" });
    await database.db
      .update(apikey)
      .set({ expiresAt: new Date(0) })
      .where(eq(apikey.id, made.id));
    const read = (authorization: string) => access().authorize({ repository: `projects/${world.open.slug}`, operation: "read", authorization });
    expect(await read(basic(made.token))).toMatchObject({ status: "unauthenticated", message: expect.stringContaining("expired") as string });
    expect(await read(basic("correct horse battery"))).toMatchObject({ status: "unauthenticated" });
    expect(await read(`Bearer ${person.token}`)).toMatchObject({ status: "ok", user: { id: person.userId } });
  });

  it("lets everybody read an internal project, and only its members push", async () => {
    const repository = `projects/${world.open.slug}`;
    for (const role of ["viewer", "data_scientist", "approver"] as const) {
      expect((await ask(repository, "read", world.outsider(role))).status, role).toBe("ok");
      expect((await ask(repository, "write", world.outsider(role))).status, role).toBe("forbidden");
    }
    for (const person of [world.owner, world.outsider("admin")]) expect((await ask(repository, "write", person)).status).toBe("ok");
  });

  it("knows nothing of a private project for strangers", async () => {
    for (const operation of ["read", "write"] as const) {
      const [hidden, none] = await Promise.all([
        ask(`projects/${world.hidden.slug}`, operation, world.outsider("approver")),
        ask("projects/none-such", operation, world.outsider("approver")),
      ]);
      expect(hidden.status).toBe("not_found");
      expect(JSON.stringify(hidden).replace(world.hidden.slug, "…")).toBe(JSON.stringify(none).replace("none-such", "…"));
      expect((await ask(`projects/${world.hidden.slug}`, operation, world.owner)).status).toBe("ok");
    }
  });

  it.each(["projects", "other/thing", "platform/secrets", "", "projects/../platform/environments"])("has no repository %j", async (repository) => {
    expect((await ask(repository, "read", world.outsider("admin"))).status).toBe("not_found");
  });

  it("takes no push to the environments from anybody, on any branch", async () => {
    for (const person of [world.owner, world.outsider("admin")]) {
      expect(await ask("platform/environments", "write", person)).toMatchObject({
        status: "forbidden",
        message: expect.stringContaining("approved change requests") as string,
      });
    }
  });

  it("shows the environments only to people who may see all that is deployed", async () => {
    const stranger = world.outsider("data_scientist");
    expect((await ask("platform/environments", "read", stranger)).status).toBe("forbidden");
    for (const person of [world.owner, world.outsider("admin")]) expect((await ask("platform/environments", "read", person)).status).toBe("ok");
    await database.db.delete(deployment).where(eq(deployment.projectId, world.hidden.projectId));
    expect((await ask("platform/environments", "read", stranger)).status).toBe("ok");
  });

  it("has trellis.yaml read again after a push to main, and tells the pipelines of one to another branch", async () => {
    const olga = { id: world.owner.userId, name: "Olga", email: world.owner.email };
    const main = { ref: "refs/heads/main", before: "0".repeat(40), after: "a".repeat(40) };
    const repository = `projects/${world.open.slug}`;
    await access().onPush?.(
      repository,
      [
        { ...main, ref: "refs/tags/v1" },
        { ...main, ref: "refs/heads/gone", after: null },
      ],
      olga,
    );
    expect(await database.db.select().from(jobOutbox)).toEqual([]);
    await access().onPush?.(repository, [main, { ...main, ref: "refs/heads/other" }], olga);
    const projectId = world.open.projectId;
    expect(await database.db.select().from(jobOutbox).orderBy(jobOutbox.seq)).toMatchObject([
      { name: "pipelines.register", payload: { projectId, commit: main.after }, key: `${projectId}:main:${main.after}` },
      { name: "pipelines.pushed", payload: { projectId, branch: "other", commit: main.after }, key: `${projectId}:other:${main.after}` },
    ]);
  });
});
