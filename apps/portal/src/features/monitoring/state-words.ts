const WORDS: Record<string, string> = {
  no_traffic: "No traffic yet",
  waiting: "Waiting for a full window",
  insufficient: "Too few rows to say",
  stable: "Stable",
  drifted: "Drifted",
};

/** The state of a monitor, in words. */
export function stateWord(state: string): string {
  return WORDS[state] ?? state;
}
