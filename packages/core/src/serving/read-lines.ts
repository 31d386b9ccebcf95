import { createReadStream } from "node:fs";

/** Lines of a text file, without their ends; the last one also when no line end follows. One chunk is in memory at a time. */
export async function* readLines(file: string, start = 0): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(file, { encoding: "utf8", start, highWaterMark: 256 * 1024 })) {
    const lines = `${rest}${String(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
