// Renders a template by hand: node packages/templates/testing/render.ts <template> <folder> [name=value ...]
import { join } from 'node:path'
import { type TemplateAnswers, readManifest, renderTemplate } from './render-template.ts'

const [name, folder, ...pairs] = process.argv.slice(2)
if (!name || !folder) {
  console.error('usage: node render.ts <template> <folder> [name=value ...]')
  process.exit(1)
}
const template = join(import.meta.dirname, '..', name)
const integers = new Set(readManifest(template).parameters.filter((field) => field.type === 'integer').map((field) => field.name))
const answers: TemplateAnswers = {}
for (const pair of pairs) {
  const [key = '', value = ''] = pair.split(/=(.*)/s)
  answers[key] = integers.has(key) ? Number(value) : value
}
console.log(renderTemplate(template, answers, folder).join('\n'))
