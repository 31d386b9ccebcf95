/** Names that would shadow a path of the portal or mislead. */
const RESERVED = new Set(["new", "create", "settings", "admin", "api", "git", "serve", "platform", "environments", "templates", "trellis"]);

/** Names of projects: 3 to 40 lower case letters, digits and single hyphens, beginning with a letter. */
export const PROJECT_SLUG_PATTERN = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){2,39}$/;

/** Why a name cannot be used, in words, or null when it can. */
export function projectSlugProblem(slug: string): string | null {
  if (!PROJECT_SLUG_PATTERN.test(slug)) return "Use 3 to 40 lower case letters, digits and single hyphens, beginning with a letter, e.g. flight-delays.";
  if (RESERVED.has(slug)) return `The name ${slug} is kept for the portal itself. Choose another.`;
  return null;
}
