import { describe, expect, it } from "vitest";
import { formatSize, parseSize } from "./size.ts";

describe("sizes", () => {
  it.each([
    ["512M", 536_870_912, "512 MiB"],
    ["1.5G", 1_610_612_736, "1.5 GiB"],
    ["2T", 2_199_023_255_552, "2 TiB"],
    ["100K", 102_400, "100 KiB"],
  ])("reads %s", (text, bytes, words) => expect([parseSize(text), formatSize(bytes)]).toEqual([bytes, words]));

  it.each(["", "1", "1GB", "-1G", "1 G", "1e9M"])("refuses %j", (text) => expect(parseSize(text)).toBeNull());
});
