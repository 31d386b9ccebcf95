/**
 * A metric's value with six significant digits, so that values that are close to each other stay apart; NaN and what clients
 * send as infinite by their names.
 */
export function metricText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Math.abs(value) >= 1.797e308) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text =
    value === 0
      ? "0"
      : size >= 1e15 || size < 1e-5
        ? value
            .toExponential(4)
            .replace(/\.?0+e/, "e")
            .replace("e+", "e")
        : Number.isInteger(value)
          ? value.toLocaleString("en")
          : Number(value.toPrecision(6)).toLocaleString("en", { maximumSignificantDigits: 6 });
  return text.replaceAll("-", "−");
}

/** How far a value is from the one that it is compared with: `+12 %`, or the difference where a share says nothing. */
export function deltaText({ absolute, relative }: { absolute: number; relative: number | null }): string {
  const sign = absolute > 0 ? "+" : "−";
  if (relative === null || Math.abs(relative) >= 100) return `${sign}${metricText(Number(Math.abs(absolute).toPrecision(2)))}`;
  return `${sign}${metricText(Number((Math.abs(relative) * 100).toPrecision(2)))} %`;
}
