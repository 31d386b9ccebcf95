import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { SecretBox } from "@trellis/core/registry/ports.ts";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Says how a text was sealed, for the day when that changes. */
const FORMAT = "v1";

/**
 * Seals with AES-256-GCM (NIST SP 800-38D): `v1.` and base64url of nonce, tag and ciphertext. `key` is 32 bytes in base64; without
 * one it is made once and kept in `keyFile`, readable by its owner only.
 */
export async function createAesSecretBox({ keyFile, key }: { keyFile: string; key?: string | undefined }): Promise<SecretBox> {
  const bytes = key === undefined ? await keptKey(keyFile) : decodeKey(key, "TRELLIS_SECRET_KEY");
  return {
    seal(secret) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, bytes, nonce);
      const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
      return `${FORMAT}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url")}`;
    },
    open(sealed) {
      try {
        const [format, text] = sealed.split(".");
        if (format !== FORMAT || text === undefined) throw new Error(`unknown format ${format ?? ""}`);
        const all = Buffer.from(text, "base64url");
        const decipher = createDecipheriv(ALGORITHM, bytes, all.subarray(0, NONCE_BYTES));
        decipher.setAuthTag(all.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([decipher.update(all.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
      } catch (cause) {
        throw new CoreError("PRECONDITION_FAILED", "A stored secret cannot be read with the key that this portal has. Enter the secret again.", { cause });
      }
    },
  };
}

async function keptKey(file: string): Promise<Buffer> {
  try {
    await writeFile(file, randomBytes(KEY_BYTES).toString("base64"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return decodeKey((await readFile(file, "utf8")).trim(), `The file ${file}`);
}

function decodeKey(text: string, where: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== KEY_BYTES)
    throw new CoreError("INVALID", `${where} must hold a key of ${KEY_BYTES} bytes in base64, e.g. from "openssl rand -base64 32".`);
  return bytes;
}
