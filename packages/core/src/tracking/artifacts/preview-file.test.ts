import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Database } from "@trellis/db";
import { describe, expect, it } from "vitest";
import { CoreError } from "../../kernel/errors.ts";
import { testContext } from "../../kernel/testing/test-context.ts";
import { ArtifactStoreCapability, type TableReader, TableReaderCapability } from "../ports.ts";
import { MemoryArtifactStore } from "../testing/memory-artifact-store.ts";
import { previewFile } from "./preview-file.ts";

const MEBIBYTE = 1024 * 1024;

/** Reads lines without quotes; notes what it was given. */
class LineReader implements TableReader {
  given = "";
  async read(content: Readable, { maxRows }: { maxRows: number }) {
    this.given = await text(content);
    if (this.given.startsWith("bad")) throw new CoreError("INVALID", "The table could not be read: it is bad");
    const [header = "", ...lines] = this.given.trimEnd().split("\n");
    return {
      columns: header.split(",").map((name) => ({ name, type: "VARCHAR" })),
      rows: lines.slice(0, maxRows).map((line) => line.split(",")),
      totalRows: null,
    };
  }
}

const store = new MemoryArtifactStore();
const reader = new LineReader();
const ctx = testContext({
  db: {} as Database,
  ports: [
    [ArtifactStoreCapability, store],
    [TableReaderCapability, reader],
  ],
});

async function preview(path: string, content: string | Buffer) {
  const stored = await store.put(Readable.from([Buffer.from(content)]));
  const { digest, sizeBytes, path: named, ...shown } = await previewFile(ctx, { path, ...stored });
  expect({ digest, sizeBytes, path: named }).toEqual({ ...stored, path });
  return shown;
}

describe("previewFile", () => {
  it.each([
    ["MLmodel", "flavors: {}", { kind: "text", text: "flavors: {}", truncated: false }],
    ["log", "ünï", { kind: "text", text: "ünï", truncated: false }],
    ["README.md", "# Hi", { kind: "markdown", text: "# Hi", truncated: false }],
    ["a/x.json", "{}", { kind: "json", text: "{}", truncated: false }],
    ["plot.PNG", "anything", { kind: "image", mediaType: "image/png" }],
    ["plot.svg", "<svg/>", { kind: "image", mediaType: "image/svg+xml" }],
    ["page.html", "<script>", { kind: "html" }],
    ["empty.txt", "", { kind: "none", reason: "The file is empty." }],
    ["model.pkl", Buffer.from([128, 4, 0, 1]), { kind: "none", reason: "This is not text. Download it to read it with its own program." }],
    ["latin1.txt", Buffer.from([0xe4, 0x20, 0x41]), { kind: "none", reason: "This is not text. Download it to read it with its own program." }],
    ["x.ipynb", "not a notebook", { kind: "text", text: "not a notebook", truncated: false }],
    ["x.ipynb", '{"cells":[{"cell_type":"raw","source":"a"}]}', { kind: "notebook", truncated: false, language: "", cells: [expect.anything()] }],
  ])("shows %s with %j", async (path, content, shown) => {
    expect(await preview(path, content)).toEqual(shown);
  });

  it("shows the first 256 KiB of a long text, and no half of a character", async () => {
    const shown = await preview("long.txt", `x${"ä".repeat(200_000)}`);
    expect(shown).toMatchObject({ kind: "text", truncated: true });
    expect("text" in shown ? [shown.text.length, shown.text.at(-1)] : null).toEqual([1 + (256 * 1024 - 2) / 2, "ä"]);
  });

  it("shows the first hundred rows of a CSV", async () => {
    expect(await preview("t.csv", `a,b\n${"1,2\n".repeat(100)}`)).toMatchObject({ kind: "table", format: "csv", truncated: false });
    const shown = await preview("t.csv", `a,b\n${"1,2\n".repeat(101)}`);
    expect(shown).toMatchObject({ kind: "table", truncated: true, columns: [{ name: "a" }, { name: "b" }] });
    expect("rows" in shown ? shown.rows.length : 0).toBe(100);
  });

  it("reads only whole lines of the first MiB of a large CSV", async () => {
    await preview("t.csv", `a,b\n${"11,22\n".repeat(400_000)}`);
    expect(reader.given.length).toBeLessThanOrEqual(MEBIBYTE);
    expect(reader.given.endsWith("11,22\n")).toBe(true);
  });

  it("shows a CSV that is none as text, and says why of a Parquet file", async () => {
    expect(await preview("t.csv", "bad")).toEqual({ kind: "text", text: "bad", truncated: false });
    expect(await preview("t.parquet", "bad")).toEqual({ kind: "none", reason: "The table could not be read: it is bad" });
    expect(await preview("t.parquet", "a\n1\n")).toMatchObject({ kind: "table", format: "parquet", rows: [["1"]] });
  });

  it("does not copy a Parquet file that is very large", async () => {
    const shown = await previewFile(ctx, { path: "t.parquet", digest: `sha256:${"0".repeat(64)}`, sizeBytes: 300 * MEBIBYTE });
    expect(shown).toMatchObject({ kind: "none", reason: "The file is too large to be shown here. Download it." });
  });
});
