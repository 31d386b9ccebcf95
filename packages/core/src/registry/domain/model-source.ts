/** Where the files of a version lie for good, in the words of the MLflow protocol; the artifact door answers there. */
export function versionUri(versionId: string): string {
  return `mlflow-artifacts:/model-versions/${versionId}`;
}

/** What a client's `source` means here. Ids are UUIDs; `path` is relative to the root of the files, `""` for all of them. */
export type ModelSource =
  | { kind: "logged-model"; modelId: string; path: string }
  | { kind: "run"; runId: string; path: string }
  | { kind: "version"; versionId: string; path: string }
  | { kind: "named-version"; model: string; version: number }
  | { kind: "alias"; model: string; alias: string }
  /** Files that lie elsewhere, or words. */
  | { kind: "elsewhere" };

/**
 * Why a source is refused, in words, or null: a step up a path, however it is written, or a path of the machine that the portal
 * runs on. A prompt's source is words without meaning, and is not looked at.
 */
export function sourceProblem(source: string): string | null {
  const refuse = (why: string): string => `Invalid model version source: '${source}'. ${why}`;
  if (climbs(source)) return refuse("A source cannot contain '..' as a part of its path, nor control characters.");
  if (!/^[a-zA-Z][a-zA-Z0-9+.-]+:/.test(source) || /^file:/i.test(source))
    return refuse(
      "A path of a machine cannot be the source of a version here: log the model with a run and register it from there, e.g. runs:/<run id>/<path>.",
    );
  return null;
}

/** Reads a source that `sourceProblem` let pass. */
export function parseModelSource(source: string): ModelSource {
  const scheme = /^([a-z-]+):(.*)$/is.exec(source);
  const rest = (scheme?.[2] ?? "").replace(/[?#].*$/s, "");
  switch (scheme?.[1]?.toLowerCase()) {
    case "models":
      return parseModelsUri(rest);
    case "runs": {
      const [run = "", ...path] = partsOf(rest);
      const runId = uuidOf(run);
      return runId ? { kind: "run", runId, path: path.join("/") } : { kind: "elsewhere" };
    }
    case "mlflow-artifacts":
      // A client that was told `mlflow-artifacts:/x` may say `mlflow-artifacts://host:port/x`.
      return parseArtifactsPath(partsOf(rest.replace(/^\/\/[^/]+(?=\/)/, "")));
    default:
      return { kind: "elsewhere" };
  }
}

/** `m-` and 32 hex digits, as the protocol names a logged model; its UUID, or null. */
export function loggedModelUuid(text: string): string | null {
  return text.startsWith("m-") ? uuidOf(text.slice(2)) : null;
}

function parseModelsUri(rest: string): ModelSource {
  const [first = "", second, ...more] = partsOf(rest);
  const modelId = loggedModelUuid(first);
  if (modelId) return { kind: "logged-model", modelId, path: [second, ...more].filter((part) => part !== undefined).join("/") };
  if (more.length > 0) return { kind: "elsewhere" };
  if (second === undefined) {
    const at = first.lastIndexOf("@");
    return at > 0 ? { kind: "alias", model: first.slice(0, at), alias: first.slice(at + 1) } : { kind: "elsewhere" };
  }
  if (/^\d{1,9}$/.test(second)) return { kind: "named-version", model: first, version: Number(second) };
  return second.toLowerCase() === "latest" ? { kind: "alias", model: first, alias: "latest" } : { kind: "elsewhere" };
}

function parseArtifactsPath([root, second = "", third = "", fourth = "", fifth, ...more]: string[]): ModelSource {
  if (root === "model-versions") {
    const path = [third, fourth, fifth, ...more].filter(Boolean).join("/");
    return isUuid(second) ? { kind: "version", versionId: second.toLowerCase(), path } : { kind: "elsewhere" };
  }
  if (root !== "experiments") return { kind: "elsewhere" };
  if (third === "models") {
    const modelId = loggedModelUuid(fourth);
    return modelId && fifth === "artifacts" ? { kind: "logged-model", modelId, path: more.join("/") } : { kind: "elsewhere" };
  }
  const runId = uuidOf(third);
  return runId && fourth === "artifacts"
    ? { kind: "run", runId, path: [fifth, ...more].filter((part) => part !== undefined).join("/") }
    : { kind: "elsewhere" };
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

/** True for a `..` part or a control character, however often the text is percent-encoded. */
function climbs(source: string): boolean {
  for (let text = source, previous = ""; text !== previous;) {
    if ([...text].some((character) => character < " ")) return true;
    if (text.split(/[/\\?#&=:;]/).some((part) => part.trim() === "..")) return true;
    [previous, text] = [text, text.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))];
  }
  return false;
}

/** The UUID of 32 hex digits, or of a UUID as it is; null for anything else. */
export function uuidOf(text: string): string | null {
  const hex = isUuid(text) ? text.replaceAll("-", "") : text;
  if (!/^[0-9a-f]{32}$/i.test(hex)) return null;
  return hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
