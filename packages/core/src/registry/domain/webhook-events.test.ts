import { describe, expect, it } from "vitest";
import { exampleMessage, WEBHOOK_EVENTS, webhookBody, webhookMessage } from "./webhook-events.ts";

const MODEL = { name: "flights", isPrompt: false };
const PROMPT = { name: "greeting", isPrompt: true };

describe("webhookMessage", () => {
  it("speaks of versions as numbers in text, and of what is not there as null", () => {
    const fact = { kind: "version-created", version: 3, source: "runs:/x/model", runRef: "", description: "", tags: { a: "1" } } as const;
    expect(webhookMessage(MODEL, fact)).toEqual({
      event: "model_version.created",
      data: { name: "flights", version: "3", source: "runs:/x/model", run_id: null, tags: { a: "1" }, description: null },
    });
  });

  it("speaks of prompts in their own words, the text apart from the tags", () => {
    const fact = { kind: "version-created", version: 1, source: "x", runRef: "", description: "d", tags: { "mlflow.prompt.text": "Hi", a: "1" } } as const;
    expect(webhookMessage(PROMPT, fact)).toEqual({
      event: "prompt_version.created",
      data: { name: "greeting", version: "1", template: "Hi", tags: { a: "1" }, description: "d" },
    });
    expect(webhookMessage(PROMPT, { kind: "alias-removed", alias: "best" })).toEqual({
      event: "prompt_alias.deleted",
      data: { name: "greeting", alias: "best" },
    });
  });

  it("has no event for the tags of a model", () => {
    expect(webhookMessage(MODEL, { kind: "model-tag-set", key: "a", value: "1" })).toBeNull();
    expect(webhookMessage(PROMPT, { kind: "model-tag-set", key: "a", value: "1" })?.event).toBe("prompt_tag.set");
  });
});

describe("webhookBody", () => {
  it("splits the event and gives the time with its zone", () => {
    const body = webhookBody({ event: "model_version_alias.created", data: { name: "flights" } }, new Date("2026-11-24T10:00:00Z"));
    expect(JSON.parse(body)).toEqual({
      entity: "model_version_alias",
      action: "created",
      timestamp: "2026-11-24T10:00:00.000+00:00",
      data: { name: "flights" },
    });
  });
});

describe("exampleMessage", () => {
  it.each(WEBHOOK_EVENTS)("has an example of %s", (event) => {
    expect(exampleMessage(event)).toMatchObject({ event, data: { name: expect.stringMatching(/^example_/) } });
  });
});
