import { createHash } from "node:crypto";

/** sha256 over the sorted lines `path NUL digest`: one name for a set of files, whatever order they come in. */
export function filesDigest(files: readonly { path: string; digest: string }[]): string {
  const hash = createHash("sha256");
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (const file of sorted) hash.update(`${file.path}\0${file.digest}\n`);
  return `sha256:${hash.digest("hex")}`;
}
