/** Names of aliases: lower case words with hyphens, not a version number. */
export const ALIAS_PATTERN = /^[a-z][a-z0-9-]{0,62}$/;

/** Why a name cannot be an alias, in words, or null. */
export function aliasProblem(alias: string): string | null {
  if (/^v?\d+$/.test(alias)) return `${alias} reads like a version number. Choose a word, e.g. champion.`;
  return ALIAS_PATTERN.test(alias) ? null : "Use lower case letters, digits and hyphens, beginning with a letter, at most 63, e.g. champion.";
}
