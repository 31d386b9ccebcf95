import type { FieldSyntax } from "./syntax.ts";
import { DATASET_KEYS, entityOf, type KeyedEntity, prefixesOf, type SearchTarget, targetOf } from "./targets.ts";

/** What a comparison or an order is about. */
export type Subject<Attribute extends string = string> = { entity: "attribute"; key: Attribute } | { entity: KeyedEntity; key: string };

/** Gives a field its meaning in a target, or says why it has none. `attributes` are the names that are allowed. */
export function resolveField(field: FieldSyntax, target: SearchTarget, attributes: readonly string[]): Subject | { problem: string } {
  const spec = targetOf(target);
  const entity = field.prefix === null ? "attribute" : entityOf(field.prefix, spec);
  if (!entity) return { problem: `Invalid entity type '${field.prefix}'. Valid entity types are ${listed(prefixesOf(spec))}.` };
  if (field.key === "") return { problem: "The key is empty. Write what it is called after the dot." };
  if (entity === "dataset" && !DATASET_KEYS.some((key) => key === field.key))
    return { problem: `Invalid dataset key '${field.key}' specified. Valid keys are ${listed(DATASET_KEYS)}.` };
  if (entity !== "attribute") return { entity, key: field.key };
  const key = Object.hasOwn(spec.aliases, field.key) ? (spec.aliases[field.key] ?? field.key) : field.key;
  if (attributes.includes(key)) return { entity, key };
  const prefixes = Object.keys(spec.keyed).map((name) => `${name}s.`);
  return {
    problem: `Invalid attribute key '${field.key}' specified. Valid keys are ${listed(attributes)}. Anything else needs a prefix: ${prefixes.join(", ")}.`,
  };
}

export function listed(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(", ");
}
