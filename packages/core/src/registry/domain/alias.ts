/** Longest name of an alias, in characters. */
export const MAX_ALIAS_LENGTH = 255;

/** Why a name cannot be an alias, in words, or null. The rule is that of the MLflow protocol, whose clients name them too. */
export function aliasProblem(alias: string): string | null {
  if (alias === "") return "An alias needs a name, e.g. champion.";
  if (alias.length > MAX_ALIAS_LENGTH) return `An alias has at most ${MAX_ALIAS_LENGTH} characters.`;
  if (!/^[\p{L}\p{N}_-]+$/u.test(alias)) return "The name of an alias is made of letters, digits, underscores and hyphens, e.g. champion.";
  if (alias.toLowerCase() === "latest") return "The alias latest always names the newest version and cannot be set.";
  return /^v\d+$/i.test(alias) ? `${alias} reads like a version number. Choose a word, e.g. champion.` : null;
}
