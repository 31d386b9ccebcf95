import { z } from "zod";
import { defineJob } from "../jobs/index.ts";

/** Fact: rows of a deployment were logged and can be read. At most one waits for each deployment. */
export const inferencesRecorded = defineJob({ name: "inferences.recorded", schema: z.object({ deploymentId: z.uuid() }) });
