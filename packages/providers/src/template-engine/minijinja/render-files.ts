import { isUtf8 } from "node:buffer";
import type { TemplateFile } from "@trellis/core/scaffolder/ports.ts";
import { refersToOthers, rewriteTemplate, TEMPLATE_SUFFIX } from "./compat/rewrite-template.ts";
import { scanTemplate } from "./compat/scan-template.ts";
import { readEngineError, RenderError, type RenderFault } from "./render-fault.ts";
import { createTemplateEnvironment, type TemplateEnvironment } from "./template-environment.ts";

/** Bounds of one rendering. */
export type RenderLimits = { maxFileBytes: number; maxTotalBytes: number };

/** A file with the template path it came from. */
export type RenderedFile = TemplateFile & { source: string };

export type RenderJob = { files: TemplateFile[]; values: Record<string, unknown>; now: Date; limits: RenderLimits };

const TAG = /\{[{%#]/;
const MAX_QUOTE_LENGTH = 100;

/**
 * Renders contents and paths. A file whose path has a part that renders to nothing is left out, with everything below that
 * part. What is not UTF-8 text, or has no tag in it, is copied. `onFile` hears of each file before it is rendered.
 */
export function renderFiles(job: RenderJob, onFile: (path: string) => void): RenderedFile[] {
  const environment = createTemplateEnvironment(job.now);
  let isBroken = false;
  try {
    return renderAll(environment, job, onFile);
  } catch (error) {
    isBroken = !(error instanceof RenderError) || error.fault.isFatal;
    throw error;
  } finally {
    // What a trap leaves behind cannot be freed; its process is replaced.
    if (!isBroken) environment.engine.free();
  }
}

function renderAll(environment: TemplateEnvironment, job: RenderJob, onFile: (path: string) => void): RenderedFile[] {
  const texts = new Map(job.files.map((file) => [file.path, readText(file.content)]));
  registerTemplates(environment, texts);
  const rendered: RenderedFile[] = [];
  let totalBytes = 0;
  for (const file of job.files) {
    onFile(file.path);
    const path = renderPath(environment, file.path, job.values);
    if (path === null) continue;
    const text = texts.get(file.path) ?? null;
    const content = text !== null && TAG.test(text) ? Buffer.from(renderText(environment, file.path, text, job.values)) : file.content;
    totalBytes += content.length;
    assertSize(file.path, content.length, totalBytes, job.limits);
    rendered.push({ path, content, executable: file.executable, source: file.path });
  }
  return rendered;
}

function readText(content: Buffer): string | null {
  return isUtf8(content) && !content.includes(0) ? content.toString() : null;
}

/** Makes all templates known by name, but only when one of them asks for another: each has to be parsed for it. */
function registerTemplates(environment: TemplateEnvironment, texts: Map<string, string | null>): void {
  const sources = [...texts].flatMap(([path, text]) => (text !== null && TAG.test(text) ? [{ path, text }] : []));
  if (!sources.some(({ text }) => refersToOthers(text))) return;
  for (const { path, text } of sources) {
    tryEngine(environment, path, text, () => environment.engine.addTemplate(path + TEMPLATE_SUFFIX, rewriteTemplate(text)));
  }
}

function renderText(environment: TemplateEnvironment, file: string, text: string, values: Record<string, unknown>): string {
  return tryEngine(environment, file, text, () => environment.engine.renderNamedStr(file + TEMPLATE_SUFFIX, rewriteTemplate(text), values));
}

/** Each part of a path is rendered on its own, so that an empty part is told from a value that brings a slash along. */
function renderPath(environment: TemplateEnvironment, path: string, values: Record<string, unknown>): string | null {
  const rendered: string[] = [];
  for (const part of splitPath(path)) {
    const text = TAG.test(part) ? renderPathPart(environment, path, part, values) : part;
    if (text === "" && part !== "") return null;
    rendered.push(text);
  }
  return rendered.join("/");
}

function renderPathPart(environment: TemplateEnvironment, path: string, part: string, values: Record<string, unknown>): string {
  try {
    return renderText(environment, path, part, values);
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    throw new RenderError({ ...error.fault, file: path, line: undefined, message: `the path cannot be rendered: ${error.fault.message}` });
  }
}

/** Splits at the slashes that are outside tags. */
function splitPath(path: string): string[] {
  const parts = [""];
  for (const token of scanTemplate(path)) {
    const [first = "", ...more] = token.kind === "text" ? path.slice(token.start, token.end).split("/") : [path.slice(token.start, token.end)];
    parts.push((parts.pop() ?? "") + first, ...more);
  }
  return parts;
}

function tryEngine<Value>(environment: TemplateEnvironment, file: string, text: string, work: () => Value): Value {
  const nameOf = (name: string) => (name.endsWith(TEMPLATE_SUFFIX) ? name.slice(0, -TEMPLATE_SUFFIX.length) : file);
  let value: Value;
  try {
    value = work();
  } catch (error) {
    const fault = readEngineError(error, file, nameOf);
    throw new RenderError(fault.file === file ? quoteLine(fault, text) : fault);
  }
  const failure = environment.takeFailure();
  if (!failure) return value;
  const line = lineOfWord(text, failure.filter);
  throw new RenderError(quoteLine({ code: "INVALID", message: `${failure.filter} ${failure.message}`, file, line, isFatal: false }, text));
}

/** The engine does not name what was undefined, so the message shows the line. */
function quoteLine(fault: RenderFault, text: string): RenderFault {
  const line = text.split("\n")[(fault.line ?? 0) - 1]?.trim() ?? "";
  return line === "" ? fault : { ...fault, message: `${fault.message} in "${line.slice(0, MAX_QUOTE_LENGTH)}"` };
}

/** The engine does not say where a filter stood; the first mention of its name in the file is where a reader would look. */
function lineOfWord(text: string, word: string): number | undefined {
  const at = text.search(new RegExp(`\\b${word}\\b`));
  return at < 0 ? undefined : text.slice(0, at).split("\n").length;
}

function assertSize(file: string, sizeBytes: number, totalBytes: number, limits: RenderLimits): void {
  const fault = { code: "TOO_LARGE", file, isFatal: false } as const;
  if (sizeBytes > limits.maxFileBytes) throw new RenderError({ ...fault, message: `renders to ${sizeBytes} bytes; a file may have ${limits.maxFileBytes}` });
  if (totalBytes > limits.maxTotalBytes) throw new RenderError({ ...fault, message: `brings the rendered files to more than ${limits.maxTotalBytes} bytes` });
}
