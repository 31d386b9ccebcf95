export { defineJob, handleJob, type Job, type JobHandler } from "./define-job.ts";
export { enqueueJob, type EnqueueOptions, JOBS_CHANNEL } from "./enqueue-job.ts";
export { type JobWorker, startJobWorker } from "./job-worker.ts";
