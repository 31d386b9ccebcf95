import { testDatabase } from "@trellis/db/testing";
import { auditEvent, jobOutbox, project, projectMember, run, scaffoldTask, user } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { dyingContext, Killed } from "../kernel/testing/dying-context.ts";
import {
  cancelScaffoldTask,
  checkProjectName,
  executeScaffoldTask,
  getScaffoldTask,
  getTemplate,
  listScaffoldTasks,
  listTemplates,
  previewScaffold,
  retryScaffoldTask,
  submitScaffoldTask,
} from "./index.ts";
import { openScaffolderLab } from "./testing/scaffolder-lab.ts";

const database = testDatabase();
let lab: Awaited<ReturnType<typeof openScaffolderLab>>;
let names = 0;
const freshName = (): string => `flights-${(names += 1)}`;

beforeAll(async () => {
  lab = await openScaffolderLab(database.db);
});

const auditsOf = async (taskId: string): Promise<string[]> =>
  (
    await database.db
      .select({ action: auditEvent.action })
      .from(auditEvent)
      .where(and(eq(auditEvent.subjectId, taskId), eq(auditEvent.subjectKind, "scaffold-task")))
      .orderBy(auditEvent.seq)
  ).map(({ action }) => action);
const submit = (slug: string, more = {}) => submitScaffoldTask(lab.ada, { template: "small", slug, ...more });

describe("templates", () => {
  it("are listed with what they make; a broken one says where it is broken", async () => {
    const templates = await listTemplates(lab.viewer);
    expect(templates.map(({ name, problem }) => [name, problem === null])).toEqual([
      ["broken", false],
      ["small", true],
    ]);
    expect(templates[0]?.problem).toContain("broken/template.yaml:1");
    expect(templates[1]).toMatchObject({ version: "1.2.0", parameters: 1, makes: ["Pipeline: Two steps", "Deployment: Late after 15 minutes"] });
  });

  it("count the projects that use them", async () => {
    const { taskId } = await submit(freshName());
    await executeScaffoldTask(lab.system, { taskId });
    expect(await getTemplate(lab.viewer, { name: "small" })).toMatchObject({ projects: 1, versions: [{ version: "1.2.0", projects: 1 }] });
  });

  it("that do not exist or are broken are refused", async () => {
    await expect(getTemplate(lab.viewer, { name: "nothing" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(submitScaffoldTask(lab.ada, { template: "broken", slug: freshName() })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
  });
});

describe("previewScaffold", () => {
  it("shows every file rendered, tables by their head and binary files by their size", async () => {
    const { files, makes } = await previewScaffold(lab.ada, { template: "small", slug: "bird-strikes", answers: { minutes: 20 } });
    expect(files.map(({ path, kind }) => [path, kind])).toEqual([
      ["README.md", "text"],
      ["data/a.csv", "table"],
      ["data/b.bin", "binary"],
      ["src/bird_strikes/run.sh", "text"],
      ["trellis.yaml", "text"],
      ["uv.lock", "text"],
    ]);
    const readme = files[0];
    expect(readme?.content).toBe("# Bird strikes\n\nLate after 20 minutes.\nNothing else.\n");
    expect(readme?.answeredLines).toEqual([1, 3]);
    expect(files[1]?.content).toBe("x,y\n1,{{ not a value }}\n");
    expect(files[2]).toMatchObject({ content: null, sizeBytes: 4 });
    expect(makes.map(({ title }) => title)).toEqual([
      "Repository projects/bird-strikes",
      "Pipeline train",
      "First run",
      "Model bird-strikes",
      "Monitor production",
      "Owner Ada Lovelace",
      "Deployment bird-strikes-production",
    ]);
  });

  it("names every wrong answer", async () => {
    await expect(previewScaffold(lab.ada, { template: "small", slug: "numpy", answers: { minutes: 0, colour: "red" } })).rejects.toMatchObject({
      code: "INVALID",
      issues: [{ path: "slug" }, { path: "answers.colour" }, { path: "answers.minutes" }],
    });
  });

  it("makes nothing, and needs the right to create", async () => {
    await previewScaffold(lab.ada, { template: "small", slug: "never-made" });
    expect(await database.db.select().from(scaffoldTask).where(eq(scaffoldTask.slug, "never-made"))).toEqual([]);
    await expect(previewScaffold(lab.viewer, { template: "small", slug: "never-made" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("checkProjectName", () => {
  it("says free, taken, impossible and reserved by the template", async () => {
    const slug = freshName();
    expect(await checkProjectName(lab.ada, { slug })).toEqual({ slug, available: true, problem: null, suggestion: null });
    await submit(slug);
    expect(await checkProjectName(lab.ada, { slug })).toMatchObject({
      available: false,
      problem: `A project named ${slug} is being created. Choose another name.`,
      suggestion: `${slug}-2`,
    });
    expect(await checkProjectName(lab.ada, { slug: "Flight Delays!" })).toMatchObject({ available: false, suggestion: "flight-delays" });
    expect(await checkProjectName(lab.ada, { slug: "numpy", template: "small" })).toMatchObject({ available: false });
    expect(await checkProjectName(lab.ada, { slug: "numpy" })).toMatchObject({ available: true });
  });
});

describe("submitScaffoldTask", () => {
  it("stores the task with its steps, an audit event and the job, in one transaction", async () => {
    const { taskId } = await submit(freshName());
    const task = await getScaffoldTask(lab.ada, { taskId });
    expect(task).toMatchObject({ status: "queued", template: "small", templateVersion: "1.2.0", exists: [], createdBy: { name: "Ada Lovelace" } });
    expect(task.steps.map(({ action, status }) => `${action} ${status}`)).toEqual([
      "render queued",
      "create-repository queued",
      "push-commit queued",
      "register-project queued",
      "register-pipeline queued",
      "start-first-run queued",
    ]);
    expect(await auditsOf(taskId)).toEqual(["scaffolder.task.submit"]);
    expect(await database.db.select({ name: jobOutbox.name }).from(jobOutbox).where(eq(jobOutbox.key, taskId))).toEqual([{ name: "scaffold.execute" }]);
  });

  it("refuses a name that a project or another task has, also when both come at once", async () => {
    const slug = freshName();
    const results = await Promise.allSettled([submit(slug), submit(slug), submitScaffoldTask(lab.other, { template: "small", slug })]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "CONFLICT", issues: [{ path: "slug" }] });
  });

  it("needs the right to create, and a person", async () => {
    await expect(submitScaffoldTask(lab.viewer, { template: "small", slug: freshName() })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(submitScaffoldTask(lab.system, { template: "small", slug: freshName() })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("executeScaffoldTask", () => {
  it("makes repository, project, pipeline and first run as the person who asked", async () => {
    const slug = freshName();
    const { taskId } = await submit(slug, { title: "Flights", answers: { minutes: 30 } });
    await executeScaffoldTask(lab.system, { taskId });
    const task = await getScaffoldTask(lab.ada, { taskId });
    expect(task).toMatchObject({ status: "succeeded", projectSlug: slug, runNumber: 1, reason: "" });
    expect(task.steps.every(({ status, log }) => status === "succeeded" && log.length > 0)).toBe(true);
    expect(task.exists).toEqual([
      expect.stringMatching(`^Repository projects/${slug} with the first commit [0-9a-f]{8}$`),
      `Project ${slug}`,
      "Pipeline train",
      "Run 1",
    ]);
    const head = await lab.sources.head(`projects/${slug}`, "main");
    expect(head).toMatchObject({ authorName: "Ada Lovelace", message: `Create ${slug} from small 1.2.0` });
    expect((await lab.sources.readFile(`projects/${slug}`, head?.commit ?? "", "README.md"))?.toString()).toContain("# Flights\n\nLate after 30 minutes.");
    expect(
      lab.sources.made
        .at(-1)
        ?.request.changes.filter(({ executable }) => executable)
        .map(({ path }) => path),
    ).toEqual([`src/${slug.replaceAll("-", "_")}/run.sh`]);
    const [made] = await database.db.select().from(project).where(eq(project.slug, slug));
    expect(made).toMatchObject({ title: "Flights", template: "small", templateVersion: "1.2.0", createdBy: lab.ada.actor.userId });
    expect(
      await database.db
        .select({ role: projectMember.role })
        .from(projectMember)
        .where(eq(projectMember.projectId, made?.id ?? "")),
    ).toEqual([{ role: "owner" }]);
    const [started] = await database.db
      .select()
      .from(run)
      .where(eq(run.projectId, made?.id ?? ""));
    expect(started).toMatchObject({ triggerKind: "scaffold", triggerKey: `scaffold:${taskId}`, requestedBy: lab.ada.actor.userId, commit: head?.commit });
    expect(await auditsOf(taskId)).toEqual(["scaffolder.task.submit", "scaffolder.task.complete"]);
  });

  it("does nothing twice", async () => {
    const slug = freshName();
    const { taskId } = await submit(slug);
    await executeScaffoldTask(lab.system, { taskId });
    const before = await getScaffoldTask(lab.ada, { taskId });
    await executeScaffoldTask(lab.system, { taskId });
    expect(await getScaffoldTask(lab.ada, { taskId })).toEqual(before);
  });

  it("goes on to its end after a kill at any point, with nothing lost and nothing done twice", async () => {
    let deaths = 0;
    for (let point = 0; ; point += 1) {
      const slug = freshName();
      const { taskId } = await submit(slug);
      const dying = dyingContext(lab.system, point);
      const first = await executeScaffoldTask(dying.ctx, { taskId }).catch((error: unknown) => error);
      if (!dying.isDead()) break;
      expect(first).toBeInstanceOf(Killed);
      deaths += 1;
      await executeScaffoldTask(lab.system, { taskId });
      const task = await getScaffoldTask(lab.ada, { taskId });
      expect(task.status, `killed at point ${point}: ${task.reason}`).toBe("succeeded");
      expect(lab.sources.made.filter(({ repository }) => repository === `projects/${slug}`)).toHaveLength(1);
      const projects = await database.db.select().from(project).where(eq(project.slug, slug));
      expect(projects).toHaveLength(1);
      expect(
        await database.db
          .select()
          .from(run)
          .where(eq(run.projectId, projects[0]?.id ?? "")),
      ).toHaveLength(1);
      expect(
        await database.db
          .select()
          .from(auditEvent)
          .where(and(eq(auditEvent.action, "catalog.project.create"), eq(auditEvent.projectId, projects[0]?.id ?? ""))),
      ).toHaveLength(1);
    }
    expect(deaths).toBeGreaterThan(40);
  }, 120_000);

  it("fails in words, says what exists, and goes on from the failed step when it is retried", async () => {
    const slug = freshName();
    const { taskId } = await submit(slug);
    const good = lab.catalog.templates["small"]?.["skeleton/trellis.yaml"] ?? "";
    const files = lab.catalog.templates["small"] ?? {};
    files["skeleton/trellis.yaml"] = "version: 1\nproject: {{ values.slug }}\npipelines: 3\n";
    await executeScaffoldTask(lab.system, { taskId });
    files["skeleton/trellis.yaml"] = good;
    const failed = await getScaffoldTask(lab.ada, { taskId });
    expect(failed.status).toBe("failed");
    expect(failed.reason).toMatch(/^Register the pipeline: trellis\.yaml:3/);
    expect(failed.exists).toHaveLength(2);
    expect(failed.steps.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded", "succeeded", "failed", "queued"]);
    expect(await auditsOf(taskId)).toEqual(["scaffolder.task.submit", "scaffolder.task.fail"]);

    await lab.sources.push(`projects/${slug}`, { "trellis.yaml": String(good).replaceAll("{{ values.slug }}", slug).replaceAll("{{ values.package }}", "x") });
    await retryScaffoldTask(lab.ada, { taskId });
    expect((await getScaffoldTask(lab.ada, { taskId })).status).toBe("queued");
    await executeScaffoldTask(lab.system, { taskId });
    const after = await getScaffoldTask(lab.ada, { taskId });
    expect(after).toMatchObject({ status: "succeeded", runNumber: 1 });
    expect(after.steps.slice(0, 4)).toEqual(failed.steps.slice(0, 4));
  });

  it("fails when the person has lost the right meanwhile", async () => {
    const { taskId } = await submitScaffoldTask(lab.other, { template: "small", slug: freshName() });
    await database.db.update(user).set({ disabledAt: new Date() }).where(eq(user.id, lab.other.actor.userId));
    await executeScaffoldTask(lab.system, { taskId });
    await database.db.update(user).set({ disabledAt: null }).where(eq(user.id, lab.other.actor.userId));
    expect(await getScaffoldTask(lab.other, { taskId })).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("has no access any more"),
      exists: [],
    });
  });

  it("is no failure when the portal goes down: the job comes again", async () => {
    const { taskId } = await submit(freshName());
    const down = new AbortController();
    const host = {
      ...lab.system,
      signal: down.signal,
      resolve: () => {
        down.abort();
        throw new Error("socket closed");
      },
    };
    await expect(executeScaffoldTask(host, { taskId })).rejects.toThrow("socket closed");
    expect((await getScaffoldTask(lab.ada, { taskId })).status).toBe("running");
    await executeScaffoldTask(lab.system, { taskId });
    expect((await getScaffoldTask(lab.ada, { taskId })).status).toBe("succeeded");
  });
});

describe("cancelScaffoldTask", () => {
  it("stops before the next step, leaves what exists and frees the name, which can then be used again", async () => {
    const slug = freshName();
    const { taskId } = await submit(slug);
    const commit = lab.sources.commit.bind(lab.sources);
    lab.sources.commit = async (...values) => {
      const done = await commit(...values);
      await cancelScaffoldTask(lab.ada, { taskId });
      return done;
    };
    await executeScaffoldTask(lab.system, { taskId });
    lab.sources.commit = commit;
    const task = await getScaffoldTask(lab.ada, { taskId });
    expect(task).toMatchObject({ status: "cancelled", reason: "Cancelled by Ada Lovelace.", projectId: null });
    expect(task.steps.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded", "cancelled", "cancelled", "cancelled"]);
    expect(task.exists).toHaveLength(1);
    await cancelScaffoldTask(lab.ada, { taskId });
    expect((await auditsOf(taskId)).filter((action) => action.endsWith("cancel"))).toHaveLength(1);

    const again = await submit(slug, { answers: { minutes: 99 } });
    await executeScaffoldTask(lab.system, { taskId: again.taskId });
    const second = await getScaffoldTask(lab.ada, { taskId: again.taskId });
    expect(second.status).toBe("succeeded");
    const head = await lab.sources.head(`projects/${slug}`, "main");
    expect((await lab.sources.readFile(`projects/${slug}`, head?.commit ?? "", "README.md"))?.toString()).toContain("99 minutes");
  });

  it("and retry refuse a task that has ended, with CONFLICT", async () => {
    const { taskId } = await submit(freshName());
    await expect(retryScaffoldTask(lab.ada, { taskId })).rejects.toMatchObject({ code: "CONFLICT" });
    await executeScaffoldTask(lab.system, { taskId });
    await expect(cancelScaffoldTask(lab.ada, { taskId })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(retryScaffoldTask(lab.ada, { taskId })).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("a task", () => {
  it("is seen by the person who asked for it alone", async () => {
    const { taskId } = await submit(freshName());
    for (const refused of [getScaffoldTask, cancelScaffoldTask, retryScaffoldTask]) {
      await expect(refused(lab.other, { taskId })).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(refused(lab.viewer, { taskId })).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    expect((await listScaffoldTasks(lab.other)).items.some(({ id }) => id === taskId)).toBe(false);
  });

  it("is listed newest first, page by page", async () => {
    const first = await listScaffoldTasks(lab.ada, { limit: 2 });
    expect(first.items).toHaveLength(2);
    expect(first.items[0]).toMatchObject({ stepsTotal: 6 });
    const second = await listScaffoldTasks(lab.ada, { limit: 2, cursor: first.nextCursor ?? undefined });
    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(4);
  });
});
