import { loadTemplate } from "../templates.ts";
import { renderTemplate } from "../render-template.ts";
import type { Action } from "./action.ts";

/** Renders the files once to see that they can be made, and remembers their digest. */
export const render: Action = {
  action: "render",
  async run({ ctx, task, renderInput, say }) {
    const template = await loadTemplate(ctx, task.template);
    const tree = await renderTemplate(ctx, template, renderInput);
    const sizeBytes = tree.files.reduce((sum, file) => sum + file.content.length, 0);
    await say(`${tree.files.length} files, ${Math.ceil(sizeBytes / 1024)} KiB, from ${template.name} ${template.manifest.version}`);
    return { digest: tree.digest, files: tree.files.length, sizeBytes };
  },
};
