const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/**
 * True for a name that is safe in an address, a file name and a branch name: 1 to 64 lower case letters, digits and inner
 * hyphens. A slug can never be a hidden file, an option of a command or a step up a path.
 */
export function isSlug(value: string): boolean {
  return SLUG.test(value);
}

/** Splits `group/name`, both slugs, e.g. `projects/flight-delays`; null when the text is anything else. */
export function splitSlugPair(value: string): { group: string; name: string } | null {
  const [group, name, ...rest] = value.split("/");
  if (group === undefined || name === undefined || rest.length > 0) return null;
  return isSlug(group) && isSlug(name) ? { group, name } : null;
}
