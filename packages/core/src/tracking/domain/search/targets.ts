/** What an attribute holds. `listed text` also takes IN. */
export type ValueKind = "number" | "text" | "listed text";

/** What hangs on a thing under keys that its makers chose. */
export const KEYED_ENTITIES = ["metric", "param", "tag", "dataset"] as const;
export type KeyedEntity = (typeof KEYED_ENTITIES)[number];

/** What can be said of a thing in a filter and in `order_by`. */
type Target = {
  /** Of a filter, by name. */
  attributes: Record<string, ValueKind>;
  /** Of `order_by`. */
  orderAttributes: readonly string[];
  /** Other words for an attribute. */
  aliases: Record<string, string>;
  keyed: Partial<Record<KeyedEntity, ValueKind>>;
  /** What IS NULL may be asked of. */
  nullable: readonly KeyedEntity[];
  orderKeyed: readonly KeyedEntity[];
};

/** Section 9 of what MLflow's clients can search. */
export const TARGETS = {
  runs: {
    attributes: {
      run_id: "listed text",
      run_name: "text",
      user_id: "text",
      status: "text",
      artifact_uri: "text",
      start_time: "number",
      end_time: "number",
    },
    orderAttributes: ["run_id", "run_name", "user_id", "status", "artifact_uri", "start_time", "end_time"],
    aliases: { created: "start_time", Created: "start_time", "run name": "run_name", "Run name": "run_name", "Run Name": "run_name" },
    keyed: { metric: "number", param: "text", tag: "text", dataset: "listed text" },
    nullable: ["param", "tag"],
    orderKeyed: ["metric", "param", "tag"],
  },
  experiments: {
    attributes: { name: "text", creation_time: "number", last_update_time: "number" },
    orderAttributes: ["name", "experiment_id", "creation_time", "last_update_time"],
    aliases: {},
    keyed: { tag: "text" },
    nullable: ["tag"],
    orderKeyed: [],
  },
  loggedModels: {
    attributes: {
      name: "listed text",
      model_id: "listed text",
      model_type: "listed text",
      status: "listed text",
      source_run_id: "listed text",
      creation_timestamp: "number",
      last_updated_timestamp: "number",
    },
    orderAttributes: ["name", "model_id", "model_type", "status", "source_run_id", "creation_timestamp", "last_updated_timestamp"],
    aliases: { creation_time: "creation_timestamp", creation_timestamp_ms: "creation_timestamp", last_updated_timestamp_ms: "last_updated_timestamp" },
    keyed: { metric: "number", param: "listed text", tag: "listed text" },
    nullable: [],
    orderKeyed: ["metric"],
  },
  registeredModels: {
    attributes: { name: "text" },
    orderAttributes: ["name", "last_updated_timestamp"],
    aliases: { timestamp: "last_updated_timestamp" },
    keyed: { tag: "text" },
    nullable: [],
    orderKeyed: [],
  },
  modelVersions: {
    attributes: { name: "text", run_id: "listed text", source_path: "text", version_number: "number" },
    orderAttributes: ["name", "version_number", "creation_timestamp", "last_updated_timestamp"],
    aliases: {},
    keyed: { tag: "text" },
    nullable: [],
    orderKeyed: [],
  },
} as const satisfies Record<string, Target>;

export type SearchTarget = keyof typeof TARGETS;
export type FilterAttribute<Of extends SearchTarget> = keyof (typeof TARGETS)[Of]["attributes"] & string;
export type OrderAttribute<Of extends SearchTarget> = (typeof TARGETS)[Of]["orderAttributes"][number];

/** The target with its literal types forgotten. */
export function targetOf(name: SearchTarget): Target {
  return TARGETS[name];
}

/** What may stand before the dot. */
const PREFIXES: Record<string, KeyedEntity | "attribute"> = {
  attribute: "attribute",
  attributes: "attribute",
  attr: "attribute",
  run: "attribute",
  metric: "metric",
  metrics: "metric",
  param: "param",
  params: "param",
  parameter: "param",
  parameters: "param",
  tag: "tag",
  tags: "tag",
  dataset: "dataset",
  datasets: "dataset",
};

/** Keys of `dataset.`. */
export const DATASET_KEYS = ["name", "digest", "context"] as const;

/** The entity of a prefix, if the target has it. */
export function entityOf(prefix: string, target: Target): KeyedEntity | "attribute" | undefined {
  const entity = Object.hasOwn(PREFIXES, prefix) ? PREFIXES[prefix] : undefined;
  return entity === undefined || entity === "attribute" || target.keyed[entity] ? entity : undefined;
}

/** Every prefix that the target understands, for messages. */
export function prefixesOf(target: Target): string[] {
  return Object.keys(PREFIXES).filter((prefix) => entityOf(prefix, target));
}
