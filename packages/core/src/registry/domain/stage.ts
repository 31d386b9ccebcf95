import { MODEL_STAGES } from "@trellis/db/schema";

export type ModelStage = (typeof MODEL_STAGES)[number];

/** The stage that a client means, whatever its letters' case; null when there is none of this name. */
export function parseStage(text: string): ModelStage | null {
  return MODEL_STAGES.find((stage) => stage.toLowerCase() === text.toLowerCase()) ?? null;
}

/** The refusal of a stage that does not exist. */
export function stageProblem(text: string): string {
  return `Invalid Model Version stage: ${text}. Value must be one of ${MODEL_STAGES.join(", ")}.`;
}
