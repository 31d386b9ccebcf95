/** Files that the protocol's clients and pages read as text, by the end of their name or as a whole. */
const TEXT = new Set("MLmodel MLproject txt log err cfg conf ini toml yaml yml xml json js py r csv tsv md rst sql".split(" "));

const TYPES: Record<string, string> = {
  bmp: "image/bmp",
  gif: "image/gif",
  htm: "text/html",
  html: "text/html",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  wav: "audio/x-wav",
  webp: "image/webp",
  zip: "application/zip",
};

/**
 * Headers of a file for a client of the protocol: its type by its name, whatever the client accepts, and always to be saved.
 * Files are made by anybody's code: none may run in the portal's origin.
 */
export function attachmentHeaders(path: string): Record<string, string> {
  const name = path.split("/").at(-1) ?? "file";
  const extension = name.includes(".") ? (name.split(".").at(-1) ?? "").toLowerCase() : name;
  const type = TEXT.has(extension) ? "text/plain" : (TYPES[extension] ?? "application/octet-stream");
  return {
    "content-type": type.startsWith("text/") ? `${type}; charset=utf-8` : type,
    "content-disposition": `attachment; ${fileName(name)}`,
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-cache",
  };
}

/** The plain form for old readers, and the exact one where a name is more than that. */
function fileName(name: string): string {
  if (/^[\w.-]+$/.test(name)) return `filename=${name}`;
  const exact = encodeURIComponent(name).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `filename*=UTF-8''${exact}`;
}
