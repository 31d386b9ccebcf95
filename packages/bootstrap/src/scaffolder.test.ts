import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { SourceHostCapability } from "@trellis/core/catalog/ports.ts";
import { actingAs, testContext } from "@trellis/core/kernel/testing/test-context.ts";
import { PythonEnvironmentsCapability } from "@trellis/core/pipelines/ports.ts";
import { FakeEnvironments } from "@trellis/core/pipelines/testing/fake-environments.ts";
import { executeScaffoldTask, getScaffoldTask, listTemplates, previewScaffold, submitScaffoldTask } from "@trellis/core/scaffolder/index.ts";
import { TemplateCatalogCapability, TemplateEngineCapability } from "@trellis/core/scaffolder/ports.ts";
import { testDatabase } from "@trellis/db/testing";
import { createGitSourceHost } from "@trellis/providers/source-host/git/provider.ts";
import { folderTemplateCatalog } from "@trellis/providers/template-catalog/folder/provider.ts";
import { createMinijinjaEngine } from "@trellis/providers/template-engine/minijinja/provider.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TEMPLATES_FOLDER } from "./package-folders.ts";

describe("the templates that come with the portal, on the real engine and real git", () => {
  const database = testDatabase();
  const engine = createMinijinjaEngine();
  let folder: string;
  let ada: Awaited<ReturnType<typeof actingAs>>;
  let system: ReturnType<typeof testContext>;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trellis-scaffolder-"));
    system = testContext({
      db: database.db,
      ports: [
        [SourceHostCapability, await createGitSourceHost({ root: path.join(folder, "repositories") })],
        [TemplateCatalogCapability, folderTemplateCatalog({ folder: TEMPLATES_FOLDER })],
        [TemplateEngineCapability, engine],
        [PythonEnvironmentsCapability, new FakeEnvironments()],
      ],
    });
    ada = await actingAs(system, "Ada Lovelace", "data_scientist");
  });
  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("can all be used", async () => {
    const templates = await listTemplates(ada);
    expect(templates.length).toBeGreaterThan(0);
    expect(templates.map(({ problem }) => problem)).toEqual(templates.map(() => null));
  });

  it("show every file with no placeholder left, and become a project whose first run is there", async () => {
    for (const { name } of await listTemplates(ada)) {
      const slug = `made-from-${name}`;
      const { files, makes } = await previewScaffold(ada, { template: name, slug });
      for (const file of files) if (file.kind === "text") expect(file.content, file.path).not.toMatch(/\{\{ ?values\./);
      expect(makes.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["repository", "pipeline", "run", "model", "owner"]));

      const { taskId } = await submitScaffoldTask(ada, { template: name, slug });
      await executeScaffoldTask(system, { taskId });
      const task = await getScaffoldTask(ada, { taskId });
      expect(task, task.reason).toMatchObject({ status: "succeeded", runNumber: 1 });
      const sources = system.resolve(SourceHostCapability);
      const head = await sources.head(`projects/${slug}`, "main");
      const tree = await sources.readTree(`projects/${slug}`, head?.commit ?? "");
      expect(tree.map(({ path: file, sizeBytes }) => [file, sizeBytes]).toSorted()).toEqual(
        files.map(({ path: file, sizeBytes }) => [file, sizeBytes]).toSorted(),
      );
    }
  });
});
