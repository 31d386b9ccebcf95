import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/** The portal's own secret (signs sessions): made once, kept in the data folder, readable by its owner only. */
export async function loadSecret(dataFolder: string): Promise<string> {
  const file = path.join(dataFolder, "secret");
  try {
    await writeFile(file, randomBytes(48).toString("base64url"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const secret = (await readFile(file, "utf8")).trim();
  if (secret.length < 32)
    throw new Error(
      `The file ${file} is damaged: it should hold at least 32 characters. Put a backup in its place; without one, delete it, and everyone signs in again.`,
    );
  return secret;
}
