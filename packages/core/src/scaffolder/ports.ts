import { defineCapability } from "../kernel/capability.ts";

export type TemplateFile = { path: string; content: Buffer; executable: boolean };

/** Renders Jinja templates; the template is hostile: bounded time, memory, output size, no access to anything. */
export type TemplateEngine = {
  /** Renders contents and paths. INVALID with file and line when a template is broken or climbs out of its root. */
  render(files: TemplateFile[], values: Record<string, unknown>): Promise<TemplateFile[]>;
};

export const TemplateEngineCapability = defineCapability<TemplateEngine>("template-engine");

/** A template as it lies in the catalogue: its name and the text of its manifest, not yet read. */
export type TemplateSource = {
  name: string;
  /** Where the manifest is, for messages, e.g. `tabular-model/template.yaml`. */ manifestFile: string;
  manifest: string;
};

/** The templates that this portal offers. */
export type TemplateCatalog = {
  /** All templates, by name. */
  list(): Promise<TemplateSource[]>;
  /** Every file below a folder of the template, paths relative to it; NOT_FOUND when either is missing. */
  readFiles(name: string, folder: string): Promise<TemplateFile[]>;
};

export const TemplateCatalogCapability = defineCapability<TemplateCatalog>("template-catalog");
