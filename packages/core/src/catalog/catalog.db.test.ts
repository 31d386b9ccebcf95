import { auditEvent, project, projectMember } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { and, desc, eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import type { CoreContext } from "../kernel/context.ts";
import { actingAs, testContext } from "../kernel/testing/test-context.ts";
import { createProject, listProjectMembers, listProjects, projectAbilities, readReadme, requireProject, setProjectMember, updateProject } from "./index.ts";
import { SourceHostCapability } from "./ports.ts";
import { MemorySourceHost } from "./testing/memory-source-host.ts";

type PersonContext = Awaited<ReturnType<typeof actingAs>>;

describe("projects and their members", () => {
  const database = testDatabase();
  const sources = new MemorySourceHost();
  let system: CoreContext;
  let [owner, member, stranger, viewer, admin]: PersonContext[] = [];
  const people = (): { owner: PersonContext; member: PersonContext; stranger: PersonContext; viewer: PersonContext; admin: PersonContext } => {
    if (!owner || !member || !stranger || !viewer || !admin) throw new Error("The test has not begun.");
    return { owner, member, stranger, viewer, admin };
  };
  beforeAll(async () => {
    system = testContext({ db: database.db, ports: [[SourceHostCapability, sources]] });
    owner = await actingAs(system, "Olga", "data_scientist");
    member = await actingAs(system, "Max", "data_scientist");
    stranger = await actingAs(system, "Stan", "data_scientist");
    viewer = await actingAs(system, "Vera", "viewer");
    admin = await actingAs(system, "Ada", "admin");
  });

  let made = 0;
  async function make(visibility: "internal" | "private" = "internal") {
    made += 1;
    const slug = `project-${made}`;
    const row = await createProject(people().owner, {
      slug,
      title: "A project",
      repository: `projects/${slug}`,
      visibility,
      ownerId: people().owner.actor.userId,
    });
    await setProjectMember(people().owner, { project: slug, userId: people().member.actor.userId, role: "contributor" });
    return row;
  }
  const lastAudit = async (projectId: string) =>
    (await database.db.select().from(auditEvent).where(eq(auditEvent.projectId, projectId)).orderBy(desc(auditEvent.seq)).limit(1))[0];
  const ownersOf = (projectId: string) =>
    database.db
      .select()
      .from(projectMember)
      .where(and(eq(projectMember.projectId, projectId), eq(projectMember.role, "owner")));

  describe("making one", () => {
    const input = (slug: string) => ({ slug, title: "New", repository: `projects/${slug}`, ownerId: people().owner.actor.userId });

    it("gives it an owner and a record", async () => {
      const row = await createProject(people().owner, input("brand-new"));
      expect(await lastAudit(row.id)).toMatchObject({ action: "catalog.project.create", actorId: people().owner.actor.userId, subjectName: "brand-new" });
      expect(await ownersOf(row.id)).toHaveLength(1);
    });

    it("needs the role of a data scientist", async () => {
      await expect(createProject(people().viewer, input("not-mine"))).rejects.toMatchObject({ code: "FORBIDDEN" });
    });

    it("of one name succeeds once, also at once", async () => {
      const answers = await Promise.allSettled([createProject(people().owner, input("wanted")), createProject(people().member, input("wanted"))]);
      expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
      expect(answers.find((answer) => answer.status === "rejected")).toMatchObject({ reason: { code: "CONFLICT", issues: [{ path: "slug" }] } });
    });

    it("again with the same id is the same project, with one record", async () => {
      const id = system.newId();
      const [first, second] = [
        await createProject(people().owner, { ...input("repeated"), id }),
        await createProject(people().owner, { ...input("repeated"), id }),
      ];
      expect(second).toEqual(first);
      expect(await database.db.select().from(auditEvent).where(eq(auditEvent.projectId, id))).toHaveLength(1);
    });

    it.each(["ab", "Upper", "a--b", "-a", "api", "git", "a".repeat(41), "../x", "1abc"])("refuses the name %j", async (slug) => {
      await expect(createProject(people().owner, input(slug))).rejects.toMatchObject({ code: "INVALID", issues: [{ path: "slug" }] });
    });
  });

  it("is found by id and name by those who may, and is as if it were not there for others", async () => {
    const row = await make("private");
    for (const who of [people().owner, people().member, people().admin, system])
      for (const name of [row.id, row.slug]) expect((await requireProject(who, name)).id).toBe(row.id);
    for (const who of [people().stranger, people().viewer]) {
      for (const name of [row.id, row.slug]) {
        await expect(requireProject(who, name)).rejects.toMatchObject({ code: "NOT_FOUND", message: `Project ${name} was not found.` });
        await expect(requireProject(who, name, "project.manage")).rejects.toMatchObject({ code: "NOT_FOUND" });
      }
      await expect(listProjectMembers(who, row.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect((await listProjects(who, { limit: 100 })).items.map((item) => item.id)).not.toContain(row.id);
      expect(await projectAbilities(who, row.id)).toEqual({ write: false, manage: false });
    }
    expect((await listProjects(people().member, { limit: 100 })).items.map((item) => item.id)).toContain(row.id);
  });

  it("says what each may do", async () => {
    const { id } = await make();
    expect(await projectAbilities(people().owner, id)).toEqual({ write: true, manage: true });
    expect(await projectAbilities(people().member, id)).toEqual({ write: true, manage: false });
    expect(await projectAbilities(people().stranger, id)).toEqual({ write: false, manage: false });
    expect(await projectAbilities(people().admin, id)).toEqual({ write: true, manage: true });
  });

  it("is changed by its owners with a record, and by nobody else", async () => {
    const { id, slug } = await make();
    for (const who of [people().member, people().stranger, people().viewer])
      await expect(updateProject(who, { project: slug, title: "Mine" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await updateProject(people().owner, { project: slug, title: "Better", visibility: "private" });
    expect(await lastAudit(id)).toMatchObject({ action: "catalog.project.update", data: { title: "Better", visibility: "private" } });
    await expect(requireProject(people().stranger, slug)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await updateProject(people().owner, { project: slug, archived: true });
    await expect(requireProject(people().owner, slug)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(
      createProject(people().owner, { slug, title: "Again", repository: `projects/${slug}`, ownerId: people().owner.actor.userId }),
    ).rejects.toMatchObject({ code: "CONFLICT" });
  });

  describe("members", () => {
    it("are set by owners with a record, and by nobody else", async () => {
      const { id, slug } = await make();
      const add = (who: CoreContext) => setProjectMember(who, { project: slug, userId: people().stranger.actor.userId, role: "contributor" });
      for (const who of [people().member, people().stranger, people().viewer]) await expect(add(who)).rejects.toMatchObject({ code: "FORBIDDEN" });
      await add(people().owner);
      await add(people().owner);
      expect(await lastAudit(id)).toMatchObject({ action: "catalog.member.set", subjectId: people().stranger.actor.userId, data: { role: "contributor" } });
      expect((await listProjectMembers(people().owner, id)).map((row) => [row.name, row.role])).toEqual([
        ["Olga", "owner"],
        ["Max", "contributor"],
        ["Stan", "contributor"],
      ]);
      await setProjectMember(people().owner, { project: slug, userId: people().stranger.actor.userId, role: null });
      expect(await listProjectMembers(people().owner, id)).toHaveLength(2);
      await expect(setProjectMember(people().owner, { project: slug, userId: "nobody", role: "owner" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    it("always hold an owner, also when two owners leave at once", async () => {
      const { id, slug } = await make();
      const leave = (who: PersonContext, role: null | "contributor" = null) => setProjectMember(who, { project: slug, userId: who.actor.userId, role });
      await expect(leave(people().owner)).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
      await expect(leave(people().owner, "contributor")).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
      await setProjectMember(people().owner, { project: slug, userId: people().member.actor.userId, role: "owner" });
      const answers = await Promise.allSettled([leave(people().owner), leave(people().member)]);
      expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
      expect(await ownersOf(id)).toHaveLength(1);
    });
  });

  it("are listed page by page, newest first, and found by words with any characters", async () => {
    for (let index = 0; index < 5; index += 1) await make();
    const all = await listProjects(people().owner, { limit: 100 });
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listProjects>> = await listProjects(people().owner, { limit: 2, ...(cursor ? { cursor } : {}) });
      paged.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).toEqual(all.items.map((item) => item.id));
    await database.db
      .update(project)
      .set({ title: "100%_\\ done" })
      .where(eq(project.id, paged[0] ?? ""));
    expect((await listProjects(people().owner, { search: "0%_\\ d" })).items.map((item) => item.id)).toEqual([paged[0]]);
    expect((await listProjects(people().owner, { search: "%_%" })).items).toEqual([]);
    expect((await listProjects(people().stranger, { mine: true })).items).toEqual([]);
  });

  it("shows README.md of main, or none", async () => {
    const { slug, repository } = await make();
    await sources.createRepository(repository);
    expect(await readReadme(people().viewer, { project: slug })).toEqual({ commit: null, text: null });
    const commit = await sources.push(repository, { "README.md": "# Hello\n" });
    expect(await readReadme(people().viewer, { project: slug })).toEqual({ commit, text: "# Hello\n" });
  });
});
