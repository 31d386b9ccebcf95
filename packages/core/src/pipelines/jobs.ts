import { RUN_STATUSES, TRIGGER_KINDS } from "@trellis/db/schema";
import { z } from "zod";
import { defineJob } from "../jobs/index.ts";

/** Read `trellis.yaml` again, e.g. after a push. */
export const pipelinesRegister = defineJob({ name: "pipelines.register", schema: z.object({ projectId: z.uuid(), commit: z.string().optional() }) });

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
