import { stat } from "node:fs/promises";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { DriftColumn, DriftDetector } from "@trellis/core/monitoring/ports.ts";
import { DuckdbClient, type DuckdbSettings } from "./client.ts";
import { compareColumns, type ReferenceProfile } from "./compare-columns.ts";
import { readReference } from "./read-reference.ts";

/** Profiles of references that are kept: the windows of one evaluation share one. */
const MAX_PROFILES = 8;

/**
 * Drift detection in the portal's own process: DuckDB reads the reference, the window is counted over its bins. The measure is
 * the population stability index; see `compareColumns` for when a column counts as drifted.
 */
export function duckdbDriftDetector(settings: DuckdbSettings = {}): DriftDetector {
  const client = new DuckdbClient(settings);
  const profiles = new Map<string, Promise<ReferenceProfile>>();

  async function profileOf(file: string, columns: readonly DriftColumn[]): Promise<ReferenceProfile> {
    const key = await profileKey(file, columns);
    const known = profiles.get(key);
    if (known) return known;
    const profile = client.use((connection) => readReference(connection, file, columns));
    profiles.set(key, profile);
    profile.catch(() => profiles.delete(key));
    for (const oldest of [...profiles.keys()].slice(0, Math.max(0, profiles.size - MAX_PROFILES))) profiles.delete(oldest);
    return profile.catch((error: unknown) => {
      throw new CoreError("INVALID", `The reference data could not be read: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`, {
        cause: error,
      });
    });
  }

  return {
    async compare({ referenceFile, currentRows, columns, thresholds }) {
      const profile = await profileOf(referenceFile, columns);
      return { referenceRows: profile.rows, currentRows: currentRows.length, columns: compareColumns(profile, currentRows, columns, thresholds) };
    },
  };
}

async function profileKey(file: string, columns: readonly DriftColumn[]): Promise<string> {
  const { mtimeMs, size } = await stat(file).catch((error: unknown) => {
    throw new CoreError("NOT_FOUND", "The reference data file is not there.", { cause: error });
  });
  return JSON.stringify([file, mtimeMs, size, columns.map(({ name, kind }) => [name, kind])]);
}
