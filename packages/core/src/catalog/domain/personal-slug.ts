import { PROJECT_SLUG_PATTERN } from "./project-slug.ts";

const LONGEST = 40;

/**
 * The name of a person's own project, e.g. `personal-ada-lovelace`; `attempt` 2, 3 … ends it with that number, where others
 * have the name already. Of a name without Latin letters and digits the beginning of the e-mail address is taken.
 */
export function personalSlug(person: { name: string; email: string }, attempt: number): string {
  const words = plainWords(person.name) || plainWords(person.email.split("@", 1)[0] ?? "") || "notebooks";
  const end = attempt > 1 ? `-${attempt}` : "";
  const slug = `personal-${words}`.slice(0, LONGEST - end.length).replace(/-+$/, "") + end;
  if (!PROJECT_SLUG_PATTERN.test(slug)) throw new Error(`${slug} is no name of a project`);
  return slug;
}

function plainWords(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}
