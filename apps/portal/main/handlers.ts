import { handleJob, type JobHandler } from "@trellis/core/jobs/index.ts";
