import { experiment } from "@trellis/db/schema";
import { inArray } from "drizzle-orm";
import type { Database, Transaction } from "../../kernel/context.ts";
import type { KeyValue } from "../domain/limits.ts";
import { experimentArtifactLocation } from "../domain/protocol-ids.ts";

/** Where a client works: in one project, or (null) as a person, whose own project takes what names none. */
export type TrackingScope = { projectId: string | null };

export type LifecycleStage = "active" | "deleted";

/** An experiment as clients see it; times in milliseconds since 1970. */
export type Experiment = {
  experimentId: number;
  projectId: string;
  name: string;
  /** Where its files lie: its own place or the portal's store. */
  artifactLocation: string;
  lifecycleStage: LifecycleStage;
  creationTime: number;
  lastUpdateTime: number;
  /** By key. */
  tags: KeyValue[];
};

/** These experiments, in this order; those that are not there are left out. The caller has checked the rights. */
export async function readExperiments(db: Database | Transaction, experimentIds: readonly number[]): Promise<Experiment[]> {
  if (experimentIds.length === 0) return [];
  const rows = await db
    .select()
    .from(experiment)
    .where(inArray(experiment.id, [...experimentIds]));
  const found = new Map(rows.map((row) => [row.id, toExperiment(row)]));
  return experimentIds.flatMap((id) => found.get(id) ?? []);
}

function toExperiment(row: typeof experiment.$inferSelect): Experiment {
  return {
    experimentId: row.id,
    projectId: row.projectId,
    name: row.name,
    artifactLocation: experimentArtifactLocation(row),
    lifecycleStage: row.deletedAt ? "deleted" : "active",
    creationTime: row.createdAt.getTime(),
    lastUpdateTime: row.updatedAt.getTime(),
    tags: keyValues(row.tags),
  };
}

/** Entries of a record by key, in the order of code units. */
export function keyValues(record: Readonly<Record<string, string>>): KeyValue[] {
  return Object.keys(record)
    .toSorted()
    .map((key) => ({ key, value: record[key] ?? "" }));
}
