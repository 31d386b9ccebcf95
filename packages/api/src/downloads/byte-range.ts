import type { ByteRange } from "@trellis/core/tracking/index.ts";

/** How a request with a Range header is answered; `range` null = the whole file. */
export type RangeAnswer = { status: 200 | 206; range: ByteRange | null; headers: Record<string, string> } | { status: 416; headers: Record<string, string> };

/**
 * Reads a Range header for a file of this size. One range of bytes is given; several, or other units, are answered with the
 * whole file, as HTTP allows (RFC 9110, 14.2).
 */
export function answerRange(header: string | undefined, sizeBytes: number): RangeAnswer {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "") ?? [];
  const isWhole = from === undefined || to === undefined || (from === "" && to === "") || (from !== "" && to !== "" && Number(from) > Number(to));
  if (isWhole) return { status: 200, range: null, headers: { "accept-ranges": "bytes", "content-length": String(sizeBytes) } };
  const start = from === "" ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const end = from === "" || to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (start > end) return { status: 416, headers: { "content-range": `bytes */${sizeBytes}` } };
  const headers = { "accept-ranges": "bytes", "content-length": String(end - start + 1), "content-range": `bytes ${start}-${end}/${sizeBytes}` };
  return { status: 206, range: { start, end }, headers };
}
