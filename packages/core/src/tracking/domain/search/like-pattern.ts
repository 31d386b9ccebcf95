/**
 * A pattern of LIKE for PostgreSQL, whose escape sign is the backslash. In a filter a backslash escapes `%`, `_` and itself;
 * anywhere else it is a character like any other, so that `C:\data%` finds what it says.
 */
export function likePattern(pattern: string): string {
  return pattern.replaceAll(/\\(?<escaped>[%_\\])?/g, (found, escaped: string | undefined) => (escaped === undefined ? String.raw`\\` : found));
}
