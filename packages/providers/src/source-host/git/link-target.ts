import { posix } from "node:path";

/**
 * Says why a symbolic link of a repository must not be created, or null when it can only ever lead to places inside the
 * checked-out folder. A target has to be relative and written as steps up followed by names: with a step up *after* a name,
 * a link to a folder further up would let the two together climb out although each alone looks harmless.
 */
export function linkTargetFault(path: string, target: string): string | null {
  if (target === "" || target.includes("\0")) return "has no usable target";
  if (target.startsWith("/") || target.includes("\\") || /^[a-zA-Z]:/.test(target)) return "points to an absolute place";
  const parts = target.split("/");
  const firstName = parts.findIndex((part) => part !== "..");
  const names = firstName < 0 ? [] : parts.slice(firstName);
  if (names.some((part) => part === ".." || part === "." || part === "")) return "has a target that is not in its shortest form";
  if (names.some((part) => part.toLowerCase() === ".git")) return "points into .git";
  const depth = posix.dirname(path) === "." ? 0 : posix.dirname(path).split("/").length;
  return parts.length - names.length > depth ? "points outside the repository" : null;
}
