import type { CoreContext } from "../kernel/context.ts";
import { CoreError, isCoreError, notFound } from "../kernel/errors.ts";
import { parseTemplateManifest } from "./domain/parse-template-manifest.ts";
import type { TemplateManifest } from "./domain/template-manifest.ts";
import { TemplateCatalogCapability, type TemplateSource } from "./ports.ts";

export type Template = { name: string; manifest: TemplateManifest };
/** A template of the catalogue; one whose manifest is broken has a `problem` instead of a manifest. */
export type LoadedTemplate = { name: string; manifest: TemplateManifest; problem: null } | { name: string; manifest: null; problem: string };

/** Every template of the catalogue, by name; a broken one does not hide the others. */
export async function loadTemplates(ctx: CoreContext): Promise<LoadedTemplate[]> {
  const sources = await ctx.resolve(TemplateCatalogCapability).list();
  return sources.map(readSource);
}

/** One template; NOT_FOUND when there is none of this name, PRECONDITION_FAILED with the place of the fault when its manifest is broken. */
export async function loadTemplate(ctx: CoreContext, name: string): Promise<Template> {
  const sources = await ctx.resolve(TemplateCatalogCapability).list();
  const source = sources.find((candidate) => candidate.name === name);
  if (!source) throw notFound("Template", name);
  const loaded = readSource(source);
  if (!loaded.manifest) throw new CoreError("PRECONDITION_FAILED", `The template ${name} cannot be used: ${loaded.problem} Tell its owner.`);
  return { name, manifest: loaded.manifest };
}

function readSource(source: TemplateSource): LoadedTemplate {
  try {
    const manifest = parseTemplateManifest(source.manifest, source.manifestFile);
    if (manifest.name !== source.name)
      return { name: source.name, manifest: null, problem: `${source.manifestFile} names it ${manifest.name}, its folder ${source.name}.` };
    return { name: source.name, manifest, problem: null };
  } catch (error) {
    if (!isCoreError(error)) throw error;
    return { name: source.name, manifest: null, problem: error.message };
  }
}
