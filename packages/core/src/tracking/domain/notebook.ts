/** What a cell of a notebook gave back, as far as a page can show it: never HTML or scripts. */
export type NotebookOutput =
  | { kind: "text" | "error"; text: string }
  | { kind: "image"; mediaType: string; base64: string }
  | { kind: "omitted"; /** For people. */ reason: string };

export type NotebookCell = { type: "markdown" | "code" | "raw"; source: string; executionCount: number | null; outputs: NotebookOutput[] };

export type Notebook = { language: string; cells: NotebookCell[]; truncated: boolean };

const MAX_CELLS = 300;
const MAX_OUTPUTS = 20;
const MAX_TEXT = 20_000;
/** Of base64; images of all cells together are bounded by the size of a notebook that is read at all. */
const MAX_IMAGE = 2_000_000;
const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
// Colours and moves of a terminal.
const TERMINAL_CODES = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** Reads a Jupyter notebook (nbformat 4); null when it is none. */
export function parseNotebook(text: string): Notebook | null {
  const notebook = parseJson(text);
  if (!isObject(notebook) || !Array.isArray(notebook["cells"])) return null;
  const all = notebook["cells"].filter(isObject);
  const metadata = isObject(notebook["metadata"]) ? notebook["metadata"] : {};
  const language = isObject(metadata["language_info"]) ? metadata["language_info"]["name"] : undefined;
  return { language: typeof language === "string" ? language.slice(0, 40) : "", cells: all.slice(0, MAX_CELLS).map(toCell), truncated: all.length > MAX_CELLS };
}

function toCell(cell: Record<string, unknown>): NotebookCell {
  const type = cell["cell_type"] === "markdown" || cell["cell_type"] === "code" ? cell["cell_type"] : "raw";
  const count = cell["execution_count"];
  const outputs = type === "code" && Array.isArray(cell["outputs"]) ? cell["outputs"].filter(isObject) : [];
  return {
    type,
    source: cut(joined(cell["source"])),
    executionCount: typeof count === "number" ? count : null,
    outputs: [
      ...outputs.slice(0, MAX_OUTPUTS).map(toOutput),
      ...(outputs.length > MAX_OUTPUTS ? [{ kind: "omitted" as const, reason: `${outputs.length - MAX_OUTPUTS} more outputs` }] : []),
    ],
  };
}

function toOutput(output: Record<string, unknown>): NotebookOutput {
  if (output["output_type"] === "stream") return { kind: "text", text: cut(joined(output["text"])) };
  if (output["output_type"] === "error")
    return { kind: "error", text: cut(joined(output["traceback"], "\n") || `${joined(output["ename"])}: ${joined(output["evalue"])}`) };
  const data = isObject(output["data"]) ? output["data"] : {};
  const mediaType = IMAGES.find((type) => type in data);
  if (mediaType) {
    const base64 = joined(data[mediaType]).replaceAll(/\s/g, "");
    if (base64.length > MAX_IMAGE) return { kind: "omitted", reason: "An image that is too large to show here" };
    if (/^[A-Za-z0-9+/=]+$/.test(base64)) return { kind: "image", mediaType, base64 };
  }
  if ("text/plain" in data) return { kind: "text", text: cut(joined(data["text/plain"])) };
  return { kind: "omitted", reason: `Output of the type ${Object.keys(data)[0]?.slice(0, 80) ?? "none"}` };
}

/** Text of a notebook is one text, or a list of its lines. */
function joined(value: unknown, separator = ""): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.filter((part) => typeof part === "string").join(separator) : "";
}

function cut(text: string): string {
  const plain = text.replaceAll(TERMINAL_CODES, "");
  return plain.length > MAX_TEXT ? `${plain.slice(0, MAX_TEXT)}…` : plain;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
