/** What a webhook can be told of, as `<entity>.<action>` in the MLflow protocol's words. */
export const WEBHOOK_EVENTS = [
  "registered_model.created",
  "model_version.created",
  "model_version_tag.set",
  "model_version_tag.deleted",
  "model_version_alias.created",
  "model_version_alias.deleted",
  "prompt.created",
  "prompt_version.created",
  "prompt_tag.set",
  "prompt_tag.deleted",
  "prompt_version_tag.set",
  "prompt_version_tag.deleted",
  "prompt_alias.created",
  "prompt_alias.deleted",
] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Something that happened to a model or one of its versions. A prompt is a registered model with a tag that says so. */
export type RegistryFact =
  | { kind: "model-created"; description: string; tags: Record<string, string> }
  | { kind: "version-created"; version: number; source: string; runRef: string; description: string; tags: Record<string, string> }
  | { kind: "model-tag-set"; key: string; value: string }
  | { kind: "model-tag-deleted"; key: string }
  | { kind: "version-tag-set"; version: number; key: string; value: string }
  | { kind: "version-tag-deleted"; version: number; key: string }
  | { kind: "alias-set"; alias: string; version: number }
  | { kind: "alias-removed"; alias: string };

/** Tag of a registered model that makes it a prompt, when its value is `true`. */
export const PROMPT_TAG = "mlflow.prompt.is_prompt";
/** Tag of a prompt's version that holds its text. */
const PROMPT_TEXT_TAG = "mlflow.prompt.text";

export type WebhookMessage = { event: WebhookEvent; data: Record<string, unknown> };

/** What webhooks hear of a fact: event and data in the protocol's form; null for what nobody can ask to hear. */
export function webhookMessage(model: { name: string; isPrompt: boolean }, fact: RegistryFact): WebhookMessage | null {
  const { name, isPrompt } = model;
  switch (fact.kind) {
    case "model-created":
      return { event: isPrompt ? "prompt.created" : "registered_model.created", data: { name, tags: fact.tags, description: fact.description || null } };
    case "version-created": {
      const { version, tags, description } = fact;
      const { [PROMPT_TEXT_TAG]: template, ...others } = tags;
      return isPrompt
        ? {
            event: "prompt_version.created",
            data: { name, version: String(version), template: template ?? "", tags: others, description: description || null },
          }
        : {
            event: "model_version.created",
            data: { name, version: String(version), source: fact.source, run_id: fact.runRef || null, tags, description: description || null },
          };
    }
    case "model-tag-set":
      return isPrompt ? { event: "prompt_tag.set", data: { name, key: fact.key, value: fact.value } } : null;
    case "model-tag-deleted":
      return isPrompt ? { event: "prompt_tag.deleted", data: { name, key: fact.key } } : null;
    case "version-tag-set":
      return {
        event: isPrompt ? "prompt_version_tag.set" : "model_version_tag.set",
        data: { name, version: String(fact.version), key: fact.key, value: fact.value },
      };
    case "version-tag-deleted":
      return {
        event: isPrompt ? "prompt_version_tag.deleted" : "model_version_tag.deleted",
        data: { name, version: String(fact.version), key: fact.key },
      };
    case "alias-set":
      return { event: isPrompt ? "prompt_alias.created" : "model_version_alias.created", data: { name, alias: fact.alias, version: String(fact.version) } };
    case "alias-removed":
      return { event: isPrompt ? "prompt_alias.deleted" : "model_version_alias.deleted", data: { name, alias: fact.alias } };
  }
}

/** The text that is sent and signed: entity and action as the protocol splits an event, when it happened, and the data. */
export function webhookBody({ event, data }: WebhookMessage, at: Date): string {
  const [entity, action] = event.split(".");
  return JSON.stringify({ entity, action, timestamp: at.toISOString().replace("Z", "+00:00"), data });
}

/** What a webhook receives when somebody tests it: an example of the event. */
export function exampleMessage(event: WebhookEvent): WebhookMessage {
  const isPrompt = event.startsWith("prompt");
  const model = { name: isPrompt ? "example_prompt" : "example_model", isPrompt };
  const tags = { example_key: "example_value" };
  const facts: RegistryFact[] = [
    { kind: "model-created", description: "An example", tags },
    {
      kind: "version-created",
      version: 1,
      source: "models:/123",
      runRef: "abcd1234abcd5678",
      description: "An example version",
      tags: isPrompt ? { ...tags, [PROMPT_TEXT_TAG]: "Hello {{name}}!" } : tags,
    },
    { kind: "model-tag-set", key: "example_key", value: "example_value" },
    { kind: "model-tag-deleted", key: "example_key" },
    { kind: "version-tag-set", version: 1, key: "example_key", value: "example_value" },
    { kind: "version-tag-deleted", version: 1, key: "example_key" },
    { kind: "alias-set", alias: "example_alias", version: 1 },
    { kind: "alias-removed", alias: "example_alias" },
  ];
  const message = facts.map((fact) => webhookMessage(model, fact)).find((candidate) => candidate?.event === event);
  if (!message) throw new Error(`No example of the event ${event}`);
  return message;
}
