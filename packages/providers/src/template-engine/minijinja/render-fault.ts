import { TEMPLATE_SUFFIX } from "./compat/rewrite-template.ts";

/** Why a rendering was refused, in a form that crosses the border between processes. */
export type RenderFault = {
  code: "INVALID" | "TOO_LARGE";
  message: string;
  /** Path of the template file, as it came in. */
  file?: string;
  /** Counts from 1. */
  line?: number;
  /** The engine is unusable after this: its process has to be replaced. */
  isFatal: boolean;
};

/** Carries a fault up the stack inside the render process. */
export class RenderError extends Error {
  readonly fault: RenderFault;

  constructor(fault: RenderFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/**
 * Reads an error of the engine: `<what>: <detail> (in <name>:<line>)`, followed by a drawing of the source for syntax errors.
 * Anything else that the engine throws is a trap of its machine: memory used up, or recursion too deep.
 */
export function readEngineError(error: unknown, file: string, nameOf: (template: string) => string): RenderFault {
  const text = error instanceof Error ? error.message : String(error);
  const isTrap = !(error instanceof Error) || error.name === "RuntimeError" || error instanceof RangeError;
  if (isTrap) return { code: "INVALID", message: "needs more memory or deeper recursion than a template may use", file, isFatal: true };
  const [, what = text, name = "", line = ""] = /^([\s\S]*?) \(in (.*?):(\d+)\)(?:\n|$)/.exec(text) ?? [];
  const message = (what.split("\n")[0] ?? what).replaceAll(`${TEMPLATE_SUFFIX}"`, '"');
  return { code: "INVALID", message, file: name === "" ? file : nameOf(name), line: line === "" ? undefined : Number(line), isFatal: false };
}
