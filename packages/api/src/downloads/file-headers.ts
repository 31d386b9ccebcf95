/** Types that a browser may show by itself; everything else, and above all HTML and SVG, is only ever saved. */
const SHOWN: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  txt: "text/plain; charset=utf-8",
  log: "text/plain; charset=utf-8",
  md: "text/plain; charset=utf-8",
  csv: "text/plain; charset=utf-8",
  json: "application/json; charset=utf-8",
  yaml: "text/plain; charset=utf-8",
  yml: "text/plain; charset=utf-8",
};

/** Headers for a stored file: files are made by anybody's code, so none may run in the portal's origin. */
export function fileHeaders(filePath: string, sizeBytes: number): Record<string, string> {
  const name = filePath.split("/").at(-1) ?? "file";
  const extension = name.includes(".") ? (name.split(".").at(-1) ?? "").toLowerCase() : "";
  const shown = SHOWN[extension];
  return {
    "content-type": shown ?? "application/octet-stream",
    "content-length": String(sizeBytes),
    "content-disposition": `${shown ? "inline" : "attachment"}; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", "%27")}`,
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-cache",
  };
}
