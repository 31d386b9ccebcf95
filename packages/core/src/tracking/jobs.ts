import { z } from "zod";
import { defineJob } from "../jobs/index.ts";

/** Fact: a dataset has a version whose content was never seen before. */
export const datasetVersioned = defineJob({
  name: "dataset.versioned",
  schema: z.object({ projectId: z.uuid(), name: z.string(), versionId: z.uuid(), digest: z.string() }),
});

/** Removes for good what was deleted longer ago than that; asked for by a slow timer. */
export const trackingRemoveDeleted = defineJob({ name: "tracking.remove-deleted", schema: z.object({ keepDays: z.number().min(0) }) });

/** Removes files that nothing refers to any more; asked for by a slow timer. */
export const artifactsCollect = defineJob({ name: "artifacts.collect", schema: z.object({}) });
