/** Longest relative path that Trellis writes, in characters; leaves room for the folder it is put into. */
export const MAX_FILE_PATH_LENGTH = 200;

// Code points that file systems of macOS ignore when they compare names, so that `.g<U+200C>it` would become `.git` there.
const IGNORED_IN_NAMES = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Says what is wrong with a relative file path from an untrusted source, or null when it is safe to create below a folder on
 * every file system: relative, forward slashes, no empty, `.` or `..` part, no control characters, nothing inside `.git`.
 * `maxLength` is in characters.
 */
export function filePathFault(path: string, maxLength: number = MAX_FILE_PATH_LENGTH): string | null {
  if (path === "") return "is empty";
  if (path.length > maxLength) return `is longer than ${maxLength} characters`;
  // NUL ends a path in C; the others only ever mislead readers.
  if ([...path].some((character) => isControl(character))) return "contains a control character";
  if (path.includes("\\")) return "contains a backslash";
  if (path.startsWith("/") || /^[a-zA-Z]:/.test(path)) return "is absolute";
  for (const part of path.split("/")) {
    const fault = pathPartFault(part);
    if (fault) return fault;
  }
  return null;
}

/**
 * Finds two paths of a list that cannot both exist on a file system that ignores case, or where one is a file and the other
 * needs a folder of that name. Returns the two as given, or null.
 */
export function findPathCollision(paths: string[]): [string, string] | null {
  const files = new Map<string, string>();
  const folders = new Map<string, { spelling: string; path: string }>();
  for (const path of paths) {
    const key = foldName(path);
    const other = files.get(key) ?? folders.get(key)?.path;
    if (other !== undefined) return [other, path];
    files.set(key, path);
    for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
      const spelling = path.slice(0, end);
      const folderKey = foldName(spelling);
      const file = files.get(folderKey);
      if (file !== undefined) return [file, path];
      const folder = folders.get(folderKey);
      if (folder && folder.spelling !== spelling) return [folder.path, path];
      if (!folder) folders.set(folderKey, { spelling, path });
    }
  }
  return null;
}

function pathPartFault(part: string): string | null {
  if (part === "") return "has an empty part";
  if (part === "." || part === "..") return `has a part "${part}"`;
  const folded = foldName(part).replace(/[. ]+$/, "");
  if (folded === ".git" || folded === "git~1") return "reaches into .git";
  return null;
}

function foldName(name: string): string {
  return name.replace(IGNORED_IN_NAMES, "").normalize("NFC").toLowerCase();
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}
