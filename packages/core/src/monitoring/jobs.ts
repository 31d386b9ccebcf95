import { z } from "zod";
import { defineJob } from "../jobs/index.ts";

/** Judges the windows of a deployment that are new or have grown. Key: the deployment's id, so that one waits at most. */
export const monitorEvaluate = defineJob({ name: "monitor.evaluate", schema: z.object({ deploymentId: z.uuid() }) });

/** Asks for an evaluation of every deployment with traffic; put in by a slow timer. */
export const monitorEvaluateAll = defineJob({ name: "monitor.evaluate-all", schema: z.object({}) });

/** Starts the run that an alert asks for, if the project wants one and none is under way. Key: the alert's id. */
export const monitorRetrain = defineJob({ name: "monitor.retrain", schema: z.object({ alertId: z.uuid() }) });
