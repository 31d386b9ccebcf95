import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, matchesGlob, relative, sep } from 'node:path'
import { Environment } from 'minijinja-js'
import { parse } from 'yaml'

/** One field of a template's form; `template.yaml` describes every key. */
export interface TemplateParameter {
  name: string
  title: string
  type: 'string' | 'integer' | 'boolean' | 'choice'
  default: string | number | boolean
  pattern?: string
  reserved?: string[]
  min?: number
  max?: number
  choices?: { value: string; title: string }[]
}

/** What these tests read of a template's manifest. */
export interface TemplateManifest {
  name: string
  version: string
  parameters: TemplateParameter[]
  derived: Record<string, string>
  render: string[]
  copy: string[]
}

/** Values of the form, by parameter name. */
export type TemplateAnswers = Record<string, string | number | boolean>

/** Reads `template.yaml` of a template folder. */
export function readManifest(templateFolder: string): TemplateManifest {
  return parse(readFileSync(join(templateFolder, 'template.yaml'), 'utf8')) as TemplateManifest
}

/**
 * Renders a template's skeleton into a folder and returns the paths written, relative and sorted.
 * Answers that are not given keep their defaults. Throws when a file matches none or both of the
 * manifest's `render` and `copy`, and when a placeholder names something unknown.
 */
export function renderTemplate(templateFolder: string, answers: TemplateAnswers, targetFolder: string): string[] {
  const manifest = readManifest(templateFolder)
  const jinja = new Environment()
  jinja.undefinedBehavior = 'strict'
  jinja.keepTrailingNewline = true
  const values: TemplateAnswers = Object.fromEntries(manifest.parameters.map((field) => [field.name, field.default]))
  Object.assign(values, answers)
  for (const [name, expression] of Object.entries(manifest.derived)) {
    values[name] = jinja.renderStr(expression, { values })
  }
  const skeleton = join(templateFolder, 'skeleton')
  return listFiles(skeleton).map((path) => {
    const source = readFileSync(join(skeleton, path))
    const content = isRendered(manifest, path) ? jinja.renderStr(source.toString('utf8'), { values }) : source
    const target = jinja.renderStr(path, { values })
    mkdirSync(dirname(join(targetFolder, target)), { recursive: true })
    writeFileSync(join(targetFolder, target), content)
    return target
  }).sort()
}

function isRendered(manifest: TemplateManifest, path: string): boolean {
  const rendered = manifest.render.some((glob) => matchesGlob(path, glob))
  const copied = manifest.copy.some((glob) => matchesGlob(path, glob))
  if (rendered === copied) {
    throw new Error(`${path} must match exactly one of render and copy in the manifest of ${manifest.name}`)
  }
  return rendered
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !/(^|\/)(__pycache__|\.venv|\.pytest_cache|\.ruff_cache)(\/|$)/.test(path))
    .sort()
}
