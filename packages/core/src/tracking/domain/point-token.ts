import { CoreError } from "../../kernel/errors.ts";

/** Where a page of points ended: the next one begins after this point. */
export type PointPlace = { timestamp: string; step: string; value: string };

const TOKEN = /^(\d{1,19}) (-?\d{1,19}) (NaN|-?\d[\d.e+-]{0,30})$/;

/** The token that clients send back as they got it. */
export function pointToken({ timestamp, step, value }: PointPlace): string {
  return Buffer.from(`${timestamp} ${step} ${value}`).toString("base64url");
}

/** Reads a token back; INVALID when it is not one of ours. */
export function readPointToken(token: string): PointPlace {
  const [, timestamp, step, value] = TOKEN.exec(Buffer.from(token, "base64url").toString()) ?? [];
  const isPlace =
    timestamp !== undefined &&
    step !== undefined &&
    value !== undefined &&
    fits(timestamp) &&
    fits(step) &&
    (value === "NaN" || Number.isFinite(Number(value)));
  if (!isPlace)
    throw new CoreError("INVALID", "Invalid page token. Send the one of the page before, or none to begin anew.", {
      issues: [{ path: "page_token", message: "not a token" }],
    });
  return { timestamp, step, value };
}

function fits(digits: string): boolean {
  return BigInt(digits) === BigInt.asIntN(64, BigInt(digits));
}
