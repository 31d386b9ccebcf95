import { CoreError } from "@trellis/core/kernel/errors.ts";
import { filePathFault, findPathCollision } from "@trellis/core/kernel/file-path.ts";
import type { TemplateEngine, TemplateFile } from "@trellis/core/scaffolder/ports.ts";
import type { RenderFault } from "./render-fault.ts";
import type { RenderedFile, RenderLimits } from "./render-files.ts";
import { RenderProcess } from "./render-process.ts";

/** Settings of the embedded template engine; what is left out has the limits named here. */
export type MinijinjaEngineOptions = {
  /** Wall-clock limit of one rendering in milliseconds; 10 seconds. */
  timeoutMs?: number;
  /** 5,000. */
  maxFiles?: number;
  /** 5 MiB. */
  maxFileBytes?: number;
  /** 50 MiB. */
  maxTotalBytes?: number;
  /** The moment that `now` gives to templates. */
  now?(): Date;
};

const MEBIBYTE = 1024 * 1024;

/**
 * The embedded template engine: Jinja by minijinja in a process of its own, made to print as Jinja2 for Python does. Undefined
 * names are errors. Values are never rendered as templates. A path part that renders to nothing leaves its files out.
 * Templates may include each other by their path in the list. `close` ends the process.
 */
export function createMinijinjaEngine(options: MinijinjaEngineOptions = {}): TemplateEngine & { close(): Promise<void> } {
  const { timeoutMs = 10_000, maxFiles = 5000, now = () => new Date() } = options;
  const limits: RenderLimits = { maxFileBytes: options.maxFileBytes ?? 5 * MEBIBYTE, maxTotalBytes: options.maxTotalBytes ?? 50 * MEBIBYTE };
  const process = new RenderProcess(timeoutMs);
  return {
    async render(files, values) {
      assertInput(files, maxFiles, limits);
      const outcome = await process.render({ files, valuesJson: toJson(values), nowMs: now().getTime(), limits });
      if ("fault" in outcome) throw faultError(outcome.fault);
      assertPaths(outcome.files);
      return outcome.files.map(({ path, content, executable }) => ({ path, content: Buffer.from(content), executable }));
    },
    close: () => process.close(),
  };
}

function assertInput(files: TemplateFile[], maxFiles: number, limits: RenderLimits): void {
  if (files.length > maxFiles) throw new CoreError("TOO_LARGE", `The template has ${files.length} files; at most ${maxFiles} are rendered at once.`);
  const sizeBytes = files.reduce((sum, file) => sum + file.content.length, 0);
  if (sizeBytes > limits.maxTotalBytes)
    throw new CoreError("TOO_LARGE", `The template has ${sizeBytes} bytes; at most ${limits.maxTotalBytes} are rendered at once.`);
}

function toJson(values: Record<string, unknown>): string {
  try {
    return JSON.stringify(values);
  } catch (error) {
    throw new CoreError("INVALID", "The values of a template must be plain data: texts, numbers, booleans, lists and objects.", { cause: error });
  }
}

function faultError(fault: RenderFault): CoreError {
  const place = fault.file === undefined ? "The template" : fault.line === undefined ? fault.file : `${fault.file}:${fault.line}`;
  return new CoreError(fault.code, `${place}: ${fault.message}.`, { issues: [{ file: fault.file, line: fault.line, message: fault.message }] });
}

/** Checked here and not in the render process, so that a break-in there could not lead a path out of the project either. */
function assertPaths(files: RenderedFile[]): void {
  for (const { path, source } of files) {
    const fault = filePathFault(path);
    if (fault)
      throw new CoreError("INVALID", `${source}: the path renders to ${JSON.stringify(path)}, which ${fault}.`, {
        issues: [{ file: source, message: `path ${fault}` }],
      });
  }
  const collision = findPathCollision(files.map((file) => file.path));
  if (!collision) return;
  const [first, second] = collision;
  const message = `the paths ${first} and ${second} cannot stand beside each other: on some systems they are the same`;
  throw new CoreError("INVALID", `The template renders twice to one place: ${message}.`, {
    issues: [
      { file: first, message },
      { file: second, message },
    ],
  });
}
