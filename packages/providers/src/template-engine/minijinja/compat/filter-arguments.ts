import type { EngineValue } from "./python-text.ts";

/** Reads the arguments of a filter: positional ones by the given names, then those that were named in the template. */
export class FilterArguments {
  readonly #values = new Map<string, EngineValue>();

  constructor(given: EngineValue[], names: string[]) {
    const last = given.at(-1);
    const positional = last instanceof Map ? given.slice(0, -1) : given;
    if (positional.length > names.length) throw new Error(`takes at most ${names.length} arguments`);
    positional.forEach((value, index) => this.#values.set(names[index] ?? "", value));
    if (!(last instanceof Map)) return;
    for (const [name, value] of last) {
      if (!names.includes(name)) throw new Error(`has no argument ${JSON.stringify(name)}`);
      this.#values.set(name, value);
    }
  }

  text(name: string, fallback: string): string {
    const value = this.#values.get(name) ?? fallback;
    if (typeof value !== "string") throw new Error(`needs a text as ${name}`);
    return value;
  }

  /** A whole number from 0 to `most`. */
  count(name: string, fallback: number, most: number): number {
    const value = this.#values.get(name) ?? fallback;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > most)
      throw new Error(`needs a whole number from 0 to ${most} as ${name}`);
    return value;
  }

  flag(name: string, fallback: boolean): boolean {
    return Boolean(this.#values.get(name) ?? fallback);
  }

  value(name: string): EngineValue {
    return this.#values.get(name);
  }
}
