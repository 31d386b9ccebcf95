import { EXIT, Failure } from "../failure.ts";

/** `name=value` pairs as a mapping; `option` is named when one is not of that form. */
export function parametersOf(pairs: string[], option: string): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new Failure(`${option} takes name=value, not ${pair}.`, EXIT.usage);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
