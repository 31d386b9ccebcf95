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
