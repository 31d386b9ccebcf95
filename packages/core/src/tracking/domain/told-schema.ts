export type ToldColumn = { name: string; type: string; required: boolean };

/** Columns of tables nest at most so deep in what we write out; deeper types stay short words. */
const MAX_COLUMNS = 2_000;

/**
 * Columns of a dataset as an MLflow client tells them: a JSON text with `mlflow_colspec` (tables), or `mlflow_tensorspec`
 * (arrays, where the shape is part of the type). Empty for anything else: a client may send what it likes.
 */
export function toldColumns(schema: string | null): ToldColumn[] {
  const told = parsed(schema);
  if (!isObject(told)) return [];
  const tables = Array.isArray(told["mlflow_colspec"]) ? told["mlflow_colspec"] : [];
  const tensors = isObject(told["mlflow_tensorspec"]) ? tensorsOf(told["mlflow_tensorspec"]) : [];
  return [...tables.map(tableColumn), ...tensors].filter((column) => column !== null).slice(0, MAX_COLUMNS);
}

function tableColumn(entry: unknown, place: number): ToldColumn | null {
  if (!isObject(entry) || typeof entry["type"] !== "string") return null;
  const name = typeof entry["name"] === "string" ? entry["name"] : `column ${place + 1}`;
  return { name, type: entry["type"], required: entry["required"] !== false };
}

/** `{"features": "[{...}]", "targets": null}`: lists that are JSON texts within the JSON. */
function tensorsOf(spec: Record<string, unknown>): ToldColumn[] {
  return ["features", "targets"].flatMap((role) => {
    const list = typeof spec[role] === "string" ? parsed(spec[role]) : spec[role];
    if (!Array.isArray(list)) return [];
    return list.flatMap((entry: unknown): ToldColumn[] => {
      const tensor = isObject(entry) ? entry["tensor-spec"] : null;
      if (!isObject(entry) || !isObject(tensor) || typeof tensor["dtype"] !== "string") return [];
      const shape = Array.isArray(tensor["shape"]) ? `[${tensor["shape"].join(", ")}]` : "";
      return [{ name: typeof entry["name"] === "string" ? entry["name"] : role, type: `${tensor["dtype"]}${shape}`, required: true }];
    });
  });
}

/** Facts that a client tells of its data, such as `num_rows`: plain values only, at most 50. */
export function toldProfile(profile: string | null): Record<string, string | number | boolean> {
  const told = parsed(profile);
  if (!isObject(told)) return {};
  const plain = Object.entries(told).filter((entry): entry is [string, string | number | boolean] => ["string", "number", "boolean"].includes(typeof entry[1]));
  return Object.fromEntries(plain.slice(0, 50));
}

/** Where the data lies, in one line: the address within the client's JSON, the program that made it, or the text itself. */
export function toldSource(source: string | null): string | null {
  const told = parsed(source);
  const tags = isObject(told) && isObject(told["tags"]) ? told["tags"] : {};
  const address = isObject(told) ? (told["uri"] ?? told["url"] ?? told["path"] ?? told["table_name"] ?? tags["mlflow.source.name"]) : null;
  return typeof address === "string" ? address : source;
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
