import { defineCapability } from "../kernel/capability.ts";
import type { ColumnDrift, DriftColumn } from "./domain/column-drift.ts";

export type { ColumnDrift, DriftBin, DriftColumn } from "./domain/column-drift.ts";

/** Compares what a model sees now with what it was trained on. Formulas are named in the provider. */
export type DriftDetector = {
  compare(input: {
    /** CSV file with a header; one column a feature. */
    referenceFile: string;
    /** Rows of the window, by feature name. */
    currentRows: Record<string, string | number | boolean | null>[];
    columns: DriftColumn[];
    thresholds?: Record<string, number>;
  }): Promise<{ referenceRows: number; currentRows: number; columns: ColumnDrift[] }>;
};

export const DriftDetectorCapability = defineCapability<DriftDetector>("drift-detector");
