import { CoreError, type ErrorIssue } from "../../kernel/errors.ts";

/** More faults than this are counted, not listed. */
const LISTED = 10;

/** Collects what is wrong with the rows of one request, so that a caller sees all of it at once. */
export class RequestFaults {
  readonly #issues: ErrorIssue[] = [];
  #count = 0;

  /** True when something was found. */
  get any(): boolean {
    return this.#count > 0;
  }

  /** A fault of the request as a whole. */
  add(message: string, path?: string): void {
    this.#count += 1;
    if (this.#issues.length < LISTED) this.#issues.push({ message, ...(path === undefined ? {} : { path }) });
  }

  /** A fault of one value; `row` counts from 0 and is shown from 1. */
  addValue(feature: string, row: number, rows: number, fault: string): void {
    this.add(`Feature "${feature}", row ${row + 1} of ${rows}: ${fault}.`, `${feature}[${row}]`);
  }

  /** Throws INVALID when anything was found; the message is the first fault and how many more there are. */
  throwIfAny(): void {
    const [first] = this.#issues;
    if (!first) return;
    const more = this.#count > 1 ? ` (and ${this.#count - 1} more)` : "";
    throw new CoreError("INVALID", `${first.message}${more}`, { issues: this.#issues });
  }
}

/** INVALID with one message. */
export function invalidRequest(message: string): CoreError {
  return new CoreError("INVALID", message);
}
