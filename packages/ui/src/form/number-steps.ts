export interface NumberRange {
  min?: number | undefined;
  max?: number | undefined;
  /** What one press of a step button adds. */
  step: number;
}

/** The number in what was typed: null when empty, undefined while it is not a number (such as "-" or "1e"). A comma counts as the point. */
export function readNumber(text: string): number | null | undefined {
  const trimmed = text.trim().replace(",", ".");
  if (trimmed === "") return null;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed)) return undefined;
  const read = Number(trimmed);
  return Number.isFinite(read) ? read : undefined;
}

/** The nearest number within the range. */
export function withinRange(value: number, { min, max }: NumberRange): number {
  return Math.min(max ?? Infinity, Math.max(min ?? -Infinity, value));
}

/** Some steps up or down, within the range, free of binary remainders (0.1 + 0.2 gives 0.3); empty counts as zero. */
export function stepNumber(value: number | null, steps: number, range: NumberRange): number {
  return withinRange(Number(((value ?? 0) + steps * range.step).toPrecision(12)), range);
}
