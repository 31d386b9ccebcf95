import { CoreError } from "../../kernel/errors.ts";
import type { TemplateCatalog, TemplateFile, TemplateSource } from "../ports.ts";

/** Templates for tests: name → path → content; `template.yaml` is the manifest. */
export class MemoryTemplateCatalog implements TemplateCatalog {
  readonly templates: Record<string, Record<string, string | Buffer>>;

  constructor(templates: Record<string, Record<string, string | Buffer>>) {
    this.templates = templates;
  }

  async list(): Promise<TemplateSource[]> {
    return Object.entries(this.templates)
      .map(([name, files]) => ({ name, manifestFile: `${name}/template.yaml`, manifest: String(files["template.yaml"] ?? "") }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async readFiles(name: string, folder: string): Promise<TemplateFile[]> {
    const files = Object.entries(this.templates[name] ?? {}).filter(([path]) => path.startsWith(`${folder}/`));
    if (files.length === 0) throw new CoreError("NOT_FOUND", `The template ${name} has no folder ${folder}.`);
    return files.map(([path, content]) => ({ path: path.slice(folder.length + 1), content: Buffer.from(content), executable: path.endsWith(".sh") }));
  }
}
