import { fileHeaders } from "./file-headers.ts";

const PAGES: Record<string, string> = { htm: "text/html; charset=utf-8", html: "text/html; charset=utf-8", svg: "image/svg+xml" };

/** What a page made by anybody may do: draw itself from what it holds. */
const DRAWING =
  "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; font-src data:; media-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/** Interactive figures hold their scripts, or load them from where Plotly's own export (MLflow's `log_figure`) says. */
const SCRIPTS = "script-src 'unsafe-inline' 'unsafe-eval' blob: https://cdn.plot.ly; worker-src blob:";

/**
 * Headers that show an HTML or SVG file as a page in an origin of its own, without cookies and without a network; other files as
 * ever. `scripts`: it may run scripts, still there.
 */
export function viewHeaders(path: string, sizeBytes: number, scripts: boolean): Record<string, string> {
  const type = PAGES[extensionOf(path)];
  const headers = fileHeaders(path, sizeBytes);
  if (!type) return headers;
  return {
    ...headers,
    "content-type": type,
    "content-disposition": "inline",
    "content-security-policy": scripts ? `sandbox allow-scripts; ${DRAWING}; ${SCRIPTS}` : `sandbox; ${DRAWING}`,
  };
}

/** Headers of a file to save, or to show as a picture or text; an SVG is a picture inside a page and saved by itself. */
export function contentHeaders(path: string, sizeBytes: number): Record<string, string> {
  const headers = fileHeaders(path, sizeBytes);
  return extensionOf(path) === "svg" ? { ...headers, "content-type": "image/svg+xml" } : headers;
}

function extensionOf(path: string): string {
  return path.split("/").at(-1)?.split(".").slice(1).at(-1)?.toLowerCase() ?? "";
}
