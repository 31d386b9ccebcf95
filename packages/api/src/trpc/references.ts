import { CoreError } from "@trellis/core/kernel/errors.ts";
import { z } from "zod";

/** Things by name or id, as paths and queries carry them. */
export const projectReference = z.object({ project: z.string().min(1).max(100) });
export const pipelineReference = projectReference.extend({ pipeline: z.string().min(1).max(100) });
export const modelReference = z.object({ model: z.string().min(1).max(200) });
export const datasetReference = z.object({ datasetId: z.uuid() });

/** A run by its id, or by its project and number. */
export const runReference = z.object({
  runId: z.uuid().optional(),
  project: z.string().min(1).max(100).optional(),
  number: z.number().int().positive().optional(),
});

/** The one way in which a run is named; INVALID when neither is whole. */
export function toRunReference({ runId, project, number }: z.infer<typeof runReference>): { runId: string } | { project: string; number: number } {
  if (runId) return { runId };
  if (project && number !== undefined) return { project, number };
  throw new CoreError("INVALID", "Name the run by runId, or by project and number.");
}

/** A version by its id, or by its model and number. */
export const versionReference = z.object({
  versionId: z.uuid().optional(),
  model: z.string().min(1).max(200).optional(),
  version: z.number().int().positive().optional(),
});

/** The one way in which a version is named; INVALID when neither is whole. */
export function toVersionReference({
  versionId,
  model,
  version,
}: z.infer<typeof versionReference>): { versionId: string } | { model: string; version: number } {
  if (versionId) return { versionId };
  if (model && version !== undefined) return { model, version };
  throw new CoreError("INVALID", "Name the version by versionId, or by model and version.");
}
