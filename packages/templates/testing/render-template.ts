import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import type { Capability } from "@trellis/core/kernel/capability.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { checkAnswers, checkProjectValues } from "@trellis/core/scaffolder/domain/answers.ts";
import type { TemplateManifest } from "@trellis/core/scaffolder/domain/template-manifest.ts";
import { TemplateCatalogCapability, TemplateEngineCapability } from "@trellis/core/scaffolder/ports.ts";
import { renderTemplate } from "@trellis/core/scaffolder/render-template.ts";
import { loadTemplate } from "@trellis/core/scaffolder/templates.ts";
import { folderTemplateCatalog } from "@trellis/providers/template-catalog/folder/provider.ts";
import { createMinijinjaEngine } from "@trellis/providers/template-engine/minijinja/provider.ts";

const TEMPLATES = path.join(import.meta.dirname, "..");
const AUTHOR = { name: "Template Test", email: "template-test@example.com" };

/** What a test renders: the project's name, and answers that differ from the defaults. */
export type RenderOptions = { slug: string; title?: string; description?: string; answers?: Record<string, string | number | boolean> };

/** Reads a template's manifest as the portal does. Throws INVALID with the place of every fault. */
export async function readManifest(template: string): Promise<TemplateManifest> {
  return (await loadTemplate(contextFor(null), template)).manifest;
}

/**
 * Makes a project from a template in a folder, by the portal's own code and engine, and returns the paths written, sorted.
 * Throws INVALID for answers that the wizard would refuse.
 */
export async function renderProject(template: string, options: RenderOptions, targetFolder: string): Promise<string[]> {
  const engine = createMinijinjaEngine();
  try {
    const ctx = contextFor(engine);
    const loaded = await loadTemplate(ctx, template);
    const given = { slug: options.slug, title: options.title ?? "", description: options.description ?? "" };
    const { project, issues } = checkProjectValues(loaded.manifest, given);
    const { values, issues: more } = checkAnswers(loaded.manifest, options.answers ?? {}, project);
    const [fault] = [...issues, ...more];
    if (fault) throw new CoreError("INVALID", `${fault.path}: ${fault.message}`);
    const { files } = await renderTemplate(ctx, loaded, { project, answers: values, author: AUTHOR, year: 2026 });
    for (const file of files) {
      const target = path.join(targetFolder, file.path);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, file.content);
    }
    return files.map((file) => file.path);
  } finally {
    await engine.close();
  }
}

type Engine = ReturnType<typeof createMinijinjaEngine>;

/** Rendering asks its context for two capabilities and for nothing else, so this is all of a context that it needs. */
function contextFor(engine: Engine | null): CoreContext {
  const catalog = folderTemplateCatalog({ folder: TEMPLATES });
  const resolve = ({ name }: Capability<unknown>): unknown => {
    if (name === TemplateCatalogCapability.name) return catalog;
    if (name === TemplateEngineCapability.name && engine) return engine;
    throw new Error(`Rendering asked for ${name}.`);
  };
  return { resolve } as CoreContext;
}
