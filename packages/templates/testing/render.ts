// Renders a template by hand: node packages/templates/testing/render.ts <template> <folder> <slug> [name=value ...]
import { renderProject } from "./render-template.ts";

const [template, folder, slug, ...pairs] = process.argv.slice(2);
if (!template || !folder || !slug) {
  console.error("usage: node packages/templates/testing/render.ts <template> <folder> <slug> [name=value ...]");
  process.exit(1);
}
const answers = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
console.log((await renderProject(template, { slug, answers }, folder)).join("\n"));
