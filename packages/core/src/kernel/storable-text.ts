/** Text that every column takes: PostgreSQL knows no NUL, and no half of a surrogate pair. */
export function storableText(text: string): string {
  return text.replaceAll("\0", "").toWellFormed();
}

/** True when some text within a JSON value, key or value, could not be stored. */
export function hasUnstorableText(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0") || !value.isWellFormed();
  if (Array.isArray(value)) return value.some(hasUnstorableText);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, entry]) => hasUnstorableText(key) || hasUnstorableText(entry));
}
