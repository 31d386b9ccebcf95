import { defineCapability } from "../kernel/capability.ts";

export type TemplateFile = { path: string; content: Buffer; executable: boolean };

/** Renders Jinja templates; the template is hostile: bounded time, memory, output size, no access to anything. */
export type TemplateEngine = {
  /** Renders contents and paths. INVALID with file and line when a template is broken or climbs out of its root. */
  render(files: TemplateFile[], values: Record<string, unknown>): Promise<TemplateFile[]>;
};

export const TemplateEngineCapability = defineCapability<TemplateEngine>("template-engine");
