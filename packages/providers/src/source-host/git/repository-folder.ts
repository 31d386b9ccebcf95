import { access } from "node:fs/promises";
import { join } from "node:path";
import { CoreError, notFound } from "@trellis/core/kernel/errors.ts";
import { splitSlugPair } from "@trellis/core/kernel/slug.ts";

/** The folder of a repository below the root, whether it exists or not. INVALID unless the name is two slugs. */
export function repositoryFolder(root: string, name: string): string {
  const parts = splitSlugPair(name);
  if (!parts) {
    throw new CoreError("INVALID", `${JSON.stringify(name)} is not a repository name. Use group/name in lower case letters, digits and hyphens.`);
  }
  return join(root, parts.group, `${parts.name}.git`);
}

/** The folder of a repository that must exist, else NOT_FOUND. */
export async function existingRepository(root: string, name: string): Promise<string> {
  const folder = repositoryFolder(root, name);
  try {
    await access(join(folder, "HEAD"));
    return folder;
  } catch {
    throw notFound("Repository", name);
  }
}

/** True for a full commit id (SHA-1). */
export function isCommitId(value: string): boolean {
  return /^[0-9a-f]{40}$/.test(value);
}

/** Throws INVALID unless the text is a full commit id; names are resolved by `head` first, so that reads never move. */
export function assertCommitId(value: string): void {
  if (!isCommitId(value)) throw new CoreError("INVALID", `${JSON.stringify(value)} is not a full commit id of 40 hexadecimal digits.`);
}

/** True for a branch or tag name that git accepts (git-check-ref-format) and that cannot be read as an expression. */
export function isRefName(value: string): boolean {
  if (value === "" || value === "@" || value.length > 200) return false;
  if (/[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$|^-/.test(value)) return false;
  return value.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}
