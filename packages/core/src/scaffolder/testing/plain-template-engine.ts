import { CoreError } from "../../kernel/errors.ts";
import type { TemplateEngine, TemplateFile } from "../ports.ts";

/** A template engine for tests: knows `{{ values.name }}`, with `| replace('a', 'b')`, and nothing else. */
export const plainTemplateEngine: TemplateEngine = {
  async render(files, values): Promise<TemplateFile[]> {
    const known = values["values"] as Record<string, unknown>;
    const fill = (text: string, file: string): string =>
      text.replaceAll(/\{\{\s*values\.(\w+)(?:\s*\|\s*replace\('(.*?)', '(.*?)'\))?\s*\}\}/g, (_, name: string, from?: string, to?: string) => {
        if (!Object.hasOwn(known, name))
          throw new CoreError("INVALID", `${file}:1: there is no value ${name}`, { issues: [{ file, line: 1, message: `there is no value ${name}` }] });
        const value = String(known[name]);
        return from === undefined ? value : value.replaceAll(from, to ?? "");
      });
    return files.map((file) => ({
      ...file,
      path: fill(file.path, file.path),
      content: Buffer.from(fill(file.content.toString("latin1"), file.path), "latin1"),
    }));
  },
};
