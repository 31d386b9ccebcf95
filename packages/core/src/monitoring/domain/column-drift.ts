export type DriftColumn = { name: string; kind: "numeric" | "categorical" };

/** One bin of both distributions; shares of all rows, 0 to 1. Missing values are a bin of their own, `missing`, where a side has any. */
export type DriftBin = { label: string; reference: number; current: number };

export type ColumnDrift = {
  name: string;
  kind: "numeric" | "categorical";
  /** `insufficient` = too few rows to say; `not_computable` = a side is empty or broken, see `message`. */
  verdict: "stable" | "drifted" | "insufficient" | "not_computable";
  method: "psi" | "jensenshannon" | "wasserstein";
  /** The method's value, in its own unit; null when not computable. */
  value: number | null;
  /** The value from which a difference matters in practice. */
  threshold: number;
  /**
   * What is reached without any drift: by chance at this number of rows, or by parts of the reference among themselves. Below it
   * nothing is called drift.
   */
  noiseFloor: number | null;
  missingShare: { reference: number; current: number };
  /** Values seen now that the reference has never had (at most 20). */
  newCategories: string[];
  bins: DriftBin[];
  message: string | null;
};
