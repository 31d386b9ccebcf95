/** Whose files: those of a tracked run, of a logged model or of a registered version. */
export type FileSource = { kind: "run" | "logged-model" | "version"; id: string };

const ROOTS: Record<FileSource["kind"], string> = { run: "runs", "logged-model": "logged-models", version: "model-versions" };

/** Where the REST door has these files. */
export function apiAddress({ kind, id }: FileSource): string {
  return `/api/v1/${ROOTS[kind]}/${id}`;
}

/** Where a file's bytes are: `content` to save or show as a picture, `view` for a page in a frame of its own origin. */
export function fileAddress(source: FileSource, path: string, how: "content" | "view"): string {
  return `${apiAddress(source)}/${how}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** The folder that a path lies in; empty for the root. */
export function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

/** The folders on the way to a path, from the root, each with its whole path. */
export function trailOf(folder: string): { name: string; path: string }[] {
  if (folder === "") return [];
  const parts = folder.split("/");
  return parts.map((name, index) => ({ name, path: parts.slice(0, index + 1).join("/") }));
}
