import type { Signature, SignatureField } from "@trellis/db/schema";
import { parse } from "yaml";
import { z } from "zod";
import { hasUnstorableText } from "../../kernel/storable-text.ts";

/** Name of the file in which MLflow says what a model folder holds. */
export const MLMODEL_FILE = "MLmodel";

/** What a model folder of MLflow says of itself, as far as Trellis uses it. */
export type MlModel = {
  /** The ways to load it, e.g. `python_function`, `sklearn`. */
  flavors: string[];
  /** The library that made it, e.g. `scikit-learn`; empty when it is not said. */
  framework: string;
  /** Columns in and out. What is no column (a tensor of more dimensions, a nested value) is left out. */
  signature: Signature;
  /** True when `mlflow.pyfunc` can load it: it takes a table and answers one. */
  isPyfunc: boolean;
};

/** Flavors that are named otherwise than their library. */
const FRAMEWORKS: Record<string, string> = { sklearn: "scikit-learn", pytorch: "PyTorch", tensorflow: "TensorFlow", xgboost: "XGBoost", lightgbm: "LightGBM" };

/** Most columns on a side that are read. */
const MAX_COLUMNS = 2_000;

const fileSchema = z.looseObject({
  flavors: z.record(z.string(), z.unknown()),
  signature: z.looseObject({ inputs: z.unknown(), outputs: z.unknown() }).partial().nullish().catch(null),
});

const columnSchema = z.looseObject({
  name: z.union([z.string(), z.number()]).nullish(),
  type: z.string(),
  required: z.boolean().nullish(),
  "tensor-spec": z.looseObject({ dtype: z.string(), shape: z.array(z.number()) }).nullish(),
});

/** Reads the text of an `MLmodel` file; null when it is none. Parts that are not understood are left out, never refused. */
export function parseMlModel(text: string): MlModel | null {
  const content = readYaml(text);
  if (hasUnstorableText(content)) return null;
  const file = fileSchema.safeParse(content);
  if (!file.success) return null;
  const flavors = Object.keys(file.data.flavors);
  const library = flavors.find((flavor) => flavor !== "python_function");
  return {
    flavors,
    framework: library ? (FRAMEWORKS[library] ?? library) : "",
    signature: {
      inputs: columnsOf(file.data.signature?.inputs, "input"),
      outputs: columnsOf(file.data.signature?.outputs, "output").map(({ name, type }) => ({ name, type })),
    },
    isPyfunc: flavors.includes("python_function"),
  };
}

function readYaml(text: string): unknown {
  try {
    // A short text full of aliases can stand for a huge one.
    return parse(text, { maxAliasCount: 100 }) as unknown;
  } catch {
    return null;
  }
}

/** One side of a signature: MLflow keeps it as JSON text inside the YAML. */
function columnsOf(side: unknown, kind: "input" | "output"): SignatureField[] {
  const listed = columnSchema.array().safeParse(typeof side === "string" ? readYaml(side) : side);
  if (!listed.success) return [];
  const fields = new Map<string, SignatureField>();
  for (const column of listed.data.slice(0, MAX_COLUMNS)) {
    const type = typeOf(column);
    // A lone column without a name is what a model predicts; one of many could not be told apart.
    const name = column.name ?? (kind === "output" && listed.data.length === 1 ? "prediction" : null);
    if (type && name !== null && name !== "") fields.set(String(name), { name: String(name), type, required: column.required ?? true });
  }
  return [...fields.values()];
}

function typeOf(column: z.output<typeof columnSchema>): SignatureField["type"] | null {
  const tensor = column["tensor-spec"];
  if (tensor) return tensor.shape.length <= 1 ? typeOfNumpy(tensor.dtype) : null;
  switch (column.type) {
    case "double":
    case "float":
      return "double";
    case "long":
    case "integer":
      return "integer";
    case "string":
    case "boolean":
    case "datetime":
      return column.type;
    default:
      return null;
  }
}

/** NumPy's names: `float64`, `uint8`, `bool`, `<U5`, `object`, `datetime64[ns]`. */
function typeOfNumpy(dtype: string): SignatureField["type"] | null {
  if (dtype.startsWith("float")) return "double";
  if (/^u?int/.test(dtype)) return "integer";
  if (dtype.startsWith("bool")) return "boolean";
  if (dtype.startsWith("datetime")) return "datetime";
  return /^(?:str|object|[<>|=]?U)/.test(dtype) ? "string" : null;
}
