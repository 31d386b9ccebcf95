export type ColumnRole = "input" | "output";
export type MonitoredColumn = { name: string; kind: "numeric" | "categorical"; role: ColumnRole };

type Field = { name: string; type: "double" | "integer" | "string" | "boolean" | "datetime" };

/**
 * Which columns of a model version are watched and how: its input features as the descriptor sorts them (by type where it does
 * not), then what it predicts. Moments in time are left out: a calendar value moves by itself.
 */
export function monitoredColumns(version: {
  signature: { inputs: readonly Field[]; outputs: readonly Field[] };
  descriptor: Record<string, unknown>;
}): MonitoredColumn[] {
  const declared = declaredKinds(version.descriptor);
  const inputs = version.signature.inputs.flatMap((field) => columnOf(field, "input", declared.get(field.name)));
  const names = new Set(inputs.map(({ name }) => name));
  const outputs = version.signature.outputs.flatMap((field) => (names.has(field.name) ? [] : columnOf(field, "output", undefined)));
  return [...inputs, ...outputs];
}

/** The file of the version's files that holds the reference. */
export function referencePath(descriptor: Record<string, unknown>): string {
  return typeof descriptor["reference"] === "string" ? descriptor["reference"] : "reference.csv";
}

function columnOf(field: Field, role: ColumnRole, declared: MonitoredColumn["kind"] | undefined): MonitoredColumn[] {
  switch (field.type) {
    case "double":
      return [{ name: field.name, kind: declared ?? "numeric", role }];
    case "integer":
      // A predicted whole number is a class; an input one is a count unless the descriptor says otherwise.
      return [{ name: field.name, kind: declared ?? (role === "output" ? "categorical" : "numeric"), role }];
    case "string":
    case "boolean":
      return [{ name: field.name, kind: declared ?? "categorical", role }];
    case "datetime":
      return declared ? [{ name: field.name, kind: declared, role }] : [];
  }
}

function declaredKinds(descriptor: Record<string, unknown>): Map<string, MonitoredColumn["kind"]> {
  const kinds = new Map<string, MonitoredColumn["kind"]>();
  const features = descriptor["features"];
  if (typeof features !== "object" || features === null) return kinds;
  for (const kind of ["numeric", "categorical"] as const) {
    const names: unknown = Reflect.get(features, kind);
    if (!Array.isArray(names)) continue;
    for (const name of names) if (typeof name === "string") kinds.set(name, kind);
  }
  return kinds;
}
