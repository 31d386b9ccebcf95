/** How a file is shown, by its name; `text` is looked at before it is believed. */
export type PreviewKind = "text" | "markdown" | "json" | "csv" | "tsv" | "parquet" | "image" | "html" | "notebook";

const KINDS: Record<string, PreviewKind> = {
  csv: "csv",
  htm: "html",
  html: "html",
  ipynb: "notebook",
  json: "json",
  markdown: "markdown",
  md: "markdown",
  parquet: "parquet",
  tsv: "tsv",
};

const IMAGE_TYPES: Record<string, string> = {
  bmp: "image/bmp",
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  png: "image/png",
  svg: "image/svg+xml",
  webp: "image/webp",
};

/** The kind of a file; everything unknown might be text. */
export function previewKind(path: string): PreviewKind {
  return imageType(path) ? "image" : (KINDS[extensionOf(path)] ?? "text");
}

/** Media type of an image; null for anything else. */
export function imageType(path: string): string | null {
  return IMAGE_TYPES[extensionOf(path)] ?? null;
}

/**
 * The text of the first bytes of a file; null when they are none. A character that the end cuts in two is left out when more
 * follows.
 */
export function decodeText(bytes: Uint8Array, truncated: boolean): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: truncated });
  } catch {
    return null;
  }
}

function extensionOf(path: string): string {
  const name = path.split("/").at(-1) ?? "";
  return name.includes(".") ? (name.split(".").at(-1) ?? "").toLowerCase() : "";
}
