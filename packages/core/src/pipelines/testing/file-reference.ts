import { projectFileJsonSchema } from "../domain/file-schema.ts";

type Schema = {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  required?: string[];
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  minimum?: number;
  maximum?: number;
  $ref?: string;
  $defs?: Record<string, Schema>;
};

/** `docs/pipeline-file-reference.md`, from the schema: one table for each mapping of `trellis.yaml`. */
export function projectFileReference(): string {
  const root = projectFileJsonSchema() as Schema;
  const sections: string[] = [];
  const shown = new Set<string>();
  const visit = (title: string, schema: Schema): void => {
    const own = resolve(schema);
    if (!own.properties || shown.has(title)) return;
    shown.add(title);
    const rows = Object.entries(own.properties).map(([key, value]) => rowOf(key, value, own.required?.includes(key) === true && value.default === undefined));
    const intro = own.description ? `${own.description}\n\n` : "";
    sections.push(`## ${title}\n\n${intro}| key | value | meaning |\n| --- | --- | --- |\n${rows.join("\n")}\n`);
    for (const [key, value] of Object.entries(own.properties)) for (const [path, inner] of mappingsIn(key, value)) visit(childTitle(title, path, inner), inner);
  };
  const resolve = (schema: Schema): Schema => (schema.$ref ? (root.$defs?.[schema.$ref.split("/").at(-1) ?? ""] ?? schema) : schema);
  const childTitle = (title: string, path: string, inner: Schema): string =>
    inner.$ref ? (inner.$ref.split("/").at(-1) ?? path) : title === "The file" ? path : `${title}.${path}`;
  const rowOf = (key: string, schema: Schema, required: boolean): string =>
    `| \`${key}\` | ${cell(typeWords(schema) + (required ? ", required" : ""))} | ${cell(meaning(schema, resolve(schema)))} |`;
  visit("The file", root);
  return `# trellis.yaml: every key\n\nMade from the schema by a test; \`npx vitest run -u file-reference\` writes it anew. What the keys are for, with an example:\n[pipeline-file.md](pipeline-file.md). Editors read the schema at \`/api/v1/trellis.schema.json\` of a portal.\n\n${sections.join("\n")}`;
}

function mappingsIn(key: string, schema: Schema): [string, Schema][] {
  if (schema.properties || schema.$ref) return [[key, schema]];
  if (typeof schema.additionalProperties === "object") return mappingsIn(`${key}.<name>`, schema.additionalProperties);
  return schema.items ? mappingsIn(`${key}[]`, schema.items) : [];
}

function typeWords(schema: Schema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.anyOf) return schema.anyOf.map(typeWords).join(" or ");
  if (schema.$ref) return schema.$ref.split("/").at(-1) ?? "";
  if (schema.type === "array") return `list of ${schema.items ? typeWords(schema.items) : "values"}`;
  if (typeof schema.additionalProperties === "object") return `mapping from name to ${typeWords(schema.additionalProperties)}`;
  if (schema.type === "object") return "mapping";
  const number = schema.type === "integer" || schema.type === "number";
  const range = number && schema.minimum !== undefined && schema.maximum !== undefined && schema.maximum < 1e9 ? ` ${schema.minimum} to ${schema.maximum}` : "";
  return (
    [schema.type ?? ""]
      .flat()
      .map((type) => TYPES[type])
      .join(" or ") + range
  );
}

const TYPES: Record<string, string> = { string: "text", integer: "whole number", number: "number", boolean: "true or false" };

function meaning(schema: Schema, resolved: Schema): string {
  const text = schema.description ?? resolved.description ?? resolved.items?.description ?? "";
  const plain = schema.default !== undefined && typeof schema.default !== "object" && schema.default !== "";
  return plain ? `${text} Default \`${String(schema.default)}\`.`.trim() : text;
}

const cell = (text: string): string => text.replaceAll("|", String.raw`\|`);
