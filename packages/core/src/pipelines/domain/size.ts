const UNITS = { K: 1_024, M: 1_024 ** 2, G: 1_024 ** 3, T: 1_024 ** 4 } as const;

/** Form of an amount of memory in `trellis.yaml`: a number and `K`, `M`, `G` or `T` (powers of 1,024), e.g. `4G`. */
export const SIZE_PATTERN = /^(\d{1,6}(?:\.\d{1,3})?)([KMGT])$/;

/** Bytes of an amount such as `512M` or `1.5G`; null when it is not one. */
export function parseSize(text: string): number | null {
  const match = SIZE_PATTERN.exec(text);
  if (!match?.[1] || !match[2]) return null;
  return Math.round(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]);
}

/** Bytes for people: `512 MiB`, `1.5 GiB`. */
export function formatSize(bytes: number): string {
  for (const [unit, name] of [
    ["T", "TiB"],
    ["G", "GiB"],
    ["M", "MiB"],
  ] as const) {
    if (bytes >= UNITS[unit]) return `${Number((bytes / UNITS[unit]).toFixed(1))} ${name}`;
  }
  return `${Math.ceil(bytes / UNITS.K)} KiB`;
}
