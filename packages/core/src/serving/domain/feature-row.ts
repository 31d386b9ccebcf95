/** One row of features, by name. */
export type FeatureRow = Record<string, string | number | boolean | null>;
