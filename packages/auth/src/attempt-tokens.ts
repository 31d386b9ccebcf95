import { createHmac, timingSafeEqual } from "node:crypto";
import { TOKEN_PREFIX } from "./create-auth.ts";

/** Tokens of pipeline steps begin with this; a personal one never does. */
const PREFIX = `${TOKEN_PREFIX}step_`;
const TOKEN = new RegExp(String.raw`^${PREFIX}([0-9a-f]{32})_([\w-]{43})$`);

/**
 * Tokens for the code of pipeline steps. Each is made from the attempt's id and the portal's secret alone, so it is the same
 * whenever it is asked for and nothing is stored. Whether the attempt still runs is for the asker to find out.
 */
export type AttemptTokens = {
  tokenOf(attemptId: string): string;
  /** Id of the attempt that a token was made for; null when this portal did not make it. */
  attemptOf(token: string): string | null;
};

/** Tokens signed with the portal's secret. */
export function createAttemptTokens(secret: string): AttemptTokens {
  const sign = (hex: string): string => createHmac("sha256", secret).update(`attempt ${hex}`).digest("base64url");
  return {
    tokenOf(attemptId) {
      const hex = attemptId.replaceAll("-", "");
      return `${PREFIX}${hex}_${sign(hex)}`;
    },
    attemptOf(token) {
      const [, hex, signature] = TOKEN.exec(token) ?? [];
      if (hex === undefined || signature === undefined) return null;
      if (!timingSafeEqual(Buffer.from(sign(hex)), Buffer.from(signature))) return null;
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    },
  };
}
