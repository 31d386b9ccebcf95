import type { TriggerSpec } from "@trellis/core/pipelines/domain/pipeline-spec.ts";

const WORDS: Record<string, string> = {
  manual: "By hand",
  scaffold: "First run",
  schedule: "Schedule",
  push: "Push",
  data: "New data",
  drift: "Drift alert",
  pipeline: "Other pipeline",
  webhook: "Webhook",
  backfill: "Backfill",
  retry: "Retry",
};

/** What started a run, in words. */
export function triggerWords(kind: string): string {
  return WORDS[kind] ?? kind;
}

/** When a trigger starts its pipeline, as the end of a sentence. */
export function triggerSentence(trigger: TriggerSpec): string {
  switch (trigger.kind) {
    case "schedule":
      return `at ${trigger.cron}, ${trigger.timezone}`;
    case "push":
      return `after a push to ${trigger.branch}`;
    case "data":
      return `when ${trigger.dataset} has a new version`;
    case "pipeline":
      return `after ${trigger.pipeline} has ${trigger.on}`;
    case "webhook":
      return `when ${trigger.name} sends a message`;
    case "drift":
      return `after an alert of ${trigger.monitor}`;
  }
}
