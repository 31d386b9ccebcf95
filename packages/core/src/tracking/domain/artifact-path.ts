import { CoreError } from "../../kernel/errors.ts";
import { hasUnstorableText } from "../../kernel/storable-text.ts";

/** Longest path of a file of a run or logged model, in characters: what a version's folder may hold too. */
const MAX_LENGTH = 500;
/** Deeper encodings than anybody has by accident. */
const MAX_DECODINGS = 10;

/**
 * The path of a file or folder as it is stored: relative, without empty or `.` parts. Empty stands for the root. INVALID with
 * the words that clients look for, "Invalid path", for what could lead out of the root in any program that reads it later,
 * also when it is percent-encoded, however often.
 */
export function artifactFolder(path: string): string {
  if (isUnsafe(path)) throw invalidPath();
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const stored = parts.join("/");
  if (stored.length > MAX_LENGTH) throw new CoreError("INVALID", `The path is longer than ${MAX_LENGTH} characters.`);
  let decoded = stored;
  for (let depth = 0; ; depth += 1) {
    if (depth > MAX_DECODINGS || isUnsafe(decoded)) throw invalidPath();
    const next = percentDecoded(decoded);
    if (next === decoded) return stored;
    decoded = next;
  }
}

/** The path of one file; the root is none. */
export function artifactPath(path: string): string {
  const stored = artifactFolder(path);
  if (stored === "") throw invalidPath();
  return stored;
}

/** `a`, `a/b` for `a/b/c`: the folders that a path needs. */
export function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

function isUnsafe(path: string): boolean {
  if (hasUnstorableText(path) || path.startsWith("/") || /[#\\\u0000-\u001f\u007f]/.test(path)) return true;
  // A drive of Windows, or an address such as file:.
  return /^([a-zA-Z]|file):/i.test(path) || path.split("/").includes("..");
}

/** Decodes what is well encoded and leaves the rest, as lenient programs do. Letters beyond ASCII matter to no rule here. */
function percentDecoded(path: string): string {
  return path.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function invalidPath(): CoreError {
  return new CoreError("INVALID", "Invalid path");
}
