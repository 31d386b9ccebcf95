import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderTemplateCatalog } from "./provider.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "trellis-templates-"));
  await put("small/template.yaml", "name: small\n");
  await put("small/skeleton/b.md", "b");
  await put("small/skeleton/src/{{ values.package }}/a.sh", "a", 0o755);
  await put("small/skeleton/src/__pycache__/a.pyc", "left over");
  await put("testing/render.ts", "no template");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(file: string, content: string, mode = 0o644): Promise<void> {
  await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
  await writeFile(path.join(folder, file), content, { mode });
}

describe("templates from a folder", () => {
  it("are the folders with a template.yaml", async () => {
    await put("alpha/template.yaml", "name: alpha\n");
    expect(await folderTemplateCatalog({ folder }).list()).toEqual([
      { name: "alpha", manifestFile: "alpha/template.yaml", manifest: "name: alpha\n" },
      { name: "small", manifestFile: "small/template.yaml", manifest: "name: small\n" },
    ]);
  });

  it("give their files by path, with modes, and without what tools leave behind", async () => {
    const files = await folderTemplateCatalog({ folder }).readFiles("small", "skeleton");
    expect(files.map(({ path: file, executable, content }) => [file, executable, content.toString()])).toEqual([
      ["b.md", false, "b"],
      ["src/{{ values.package }}/a.sh", true, "a"],
    ]);
  });

  it("refuse links", async () => {
    await symlink("/etc/hostname", path.join(folder, "small/skeleton/link"));
    await expect(folderTemplateCatalog({ folder }).readFiles("small", "skeleton")).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("link"),
    });
  });

  it.each([
    ["small", "nothing"],
    ["nothing", "skeleton"],
    ["..", "skeleton"],
    ["small", "../.."],
  ])("say NOT_FOUND for %s/%s", async (name, below) => {
    await expect(folderTemplateCatalog({ folder }).readFiles(name, below)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
