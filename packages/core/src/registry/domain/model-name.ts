import { hasUnstorableText } from "../../kernel/storable-text.ts";

/** Longest name of a registered model, in characters. */
export const MAX_MODEL_NAME_LENGTH = 256;

/** Why a registered model cannot have this name, in words, or null: the name is a part of addresses and of `models:/<name>/<version>`. */
export function modelNameProblem(name: string): string | null {
  if (name.trim() === "") return "Registered model name cannot be empty.";
  if (name.length > MAX_MODEL_NAME_LENGTH) return `Invalid model name: a name has at most ${MAX_MODEL_NAME_LENGTH} characters.`;
  if (/[/:]/.test(name)) return `Invalid model name: '${name}'. A name cannot contain '/' or ':'.`;
  if (name === "." || name === "..") return `Invalid model name: '${name}'. A name cannot be a step in a path.`;
  return hasUnstorableText(name) ? "Invalid model name: it contains characters that text cannot hold." : null;
}
