import { RUN_STATUSES, TRIGGER_KINDS } from "@trellis/db/schema";
import { z } from "zod";
import { defineJob } from "../jobs/index.ts";

/** Read `trellis.yaml` again, e.g. after a push. */
export const pipelinesRegister = defineJob({ name: "pipelines.register", schema: z.object({ projectId: z.uuid(), commit: z.string().optional() }) });

/** A branch of a project's repository has a new head; for `main` the file is registered first. */
export const pipelinesPushed = defineJob({
  name: "pipelines.pushed",
  schema: z.object({ projectId: z.uuid(), branch: z.string().max(250), commit: z.string() }),
});

/** A trigger has fired: start its run. */
export const pipelinesFire = defineJob({
  name: "pipelines.fire",
  schema: z.object({
    triggerId: z.uuid(),
    /** Natural key of the firing: the moment, commit, dataset version, run or delivery. */
    key: z.string().max(250),
    /** What the placeholders of its parameters stand for. */
    values: z.record(z.string(), z.string()),
    /** The commit to run; the newest registered one when left out. */
    commit: z.string().optional(),
    cause: z.record(z.string(), z.unknown()),
  }),
});
export type PipelinesFire = z.infer<typeof pipelinesFire.schema>;

/** Make the runs of a backfill. */
export const pipelinesBackfill = defineJob({ name: "pipelines.backfill", schema: z.object({ backfillId: z.uuid() }) });

/** Fact: a run has ended. */
export const runFinished = defineJob({
  name: "run.finished",
  schema: z.object({ runId: z.uuid(), projectId: z.uuid(), pipelineName: z.string(), status: z.enum(RUN_STATUSES), triggerKind: z.enum(TRIGGER_KINDS) }),
});

/** Fact: a run has left a model version. `deployEnvironment` is what its pipeline asks for; only automatic runs act on it. */
export const versionRegistered = defineJob({
  name: "version.registered",
  schema: z.object({
    versionId: z.uuid(),
    modelId: z.uuid(),
    version: z.number().int(),
    projectId: z.uuid(),
    runId: z.uuid(),
    deployEnvironment: z.string().nullable(),
    runTriggeredAutomatically: z.boolean(),
  }),
});
