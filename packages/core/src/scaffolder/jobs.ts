import { z } from "zod";
import { defineJob } from "../jobs/index.ts";

/** Carries out a scaffold task, from its first step that is not done. Answered by `executeScaffoldTask`. */
export const scaffoldExecute = defineJob({ name: "scaffold.execute", schema: z.object({ taskId: z.uuid() }) });
