const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Form of a duration in `trellis.yaml`: a whole number and `s`, `m`, `h` or `d`, e.g. `30m`. */
export const DURATION_PATTERN = /^([1-9]\d{0,5})(s|m|h|d)$/;

/** Seconds of a duration such as `30s`, `10m`, `2h`, `7d`; null when it is not one. */
export function parseDuration(text: string): number | null {
  const match = DURATION_PATTERN.exec(text);
  if (!match?.[1] || !match[2]) return null;
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/** Seconds in words for people: `45 s`, `10 min`, `1 h 30 min`, `7 d`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3_600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}
