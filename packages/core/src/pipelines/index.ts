export { attemptFolder } from "./attempt-folder.ts";
export { cancelRun, cancelRunInput } from "./cancel-run.ts";
export { type ComparedStep, compareSteps, compareStepsInput } from "./compare-steps.ts";
export { type RunTrigger, type StartedRun } from "./create-run.ts";
export { projectFileJsonSchema } from "./domain/file-schema.ts";
export { parseProjectFile, PROJECT_FILE } from "./domain/pipeline-file.ts";
export {
  ENVIRONMENT_STEP,
  type MonitorSpec,
  type ParameterSpec,
  type ParameterValue,
  type PipelineSpec,
  type ProjectSpec,
  runSteps,
  type StepSpec,
  type TriggerSpec,
} from "./domain/pipeline-spec.ts";
export { isRunEnded, type AttemptStatus, type RunStatus, type StepStatus } from "./domain/run-state.ts";
export { isAutomatic, type TriggerKind, triggerParameters } from "./domain/trigger.ts";
export { getRun, type RunReference } from "./get-run.ts";
export { pipelinesBackfill, pipelinesFire, pipelinesPushed, pipelinesRegister, runFinished, versionRegistered } from "./jobs.ts";
export { listRuns, listRunsInput, type RunRow } from "./list-runs.ts";
export { projectSpec, type SpecProblem } from "./project-spec.ts";
export {
  durationTrend,
  durationTrendInput,
  pipelineVersions,
  projectPipelines,
  readAttemptLog,
  readAttemptLogInput,
  runsTimeline,
  runsTimelineInput,
  stepAttempts,
} from "./queries.ts";
export { type RegisteredPipeline, registerPipelines, registerPipelinesInput, registerPipelinesJob } from "./register-pipelines.ts";
export { planRetry, planRetryInput, rerunRun, rerunRunInput, retryRun, retryRunInput } from "./retry-run.ts";
export { concludeReproduction, reproduceVersion, reproduceVersionInput } from "./reproduce-version.ts";
export { type PipelineScheduler, type SchedulerOptions, startPipelineScheduler } from "./scheduler.ts";
export { runStepAlone, runStepAloneInput } from "./run-step-alone.ts";
export { startRun, startRunInput } from "./start-run.ts";
export { backfillReference, cancelBackfill, getBackfill, listBackfills, makeBackfillRuns, startBackfill, startBackfillInput } from "./triggers/backfill.ts";
export { fireFollowers, fireNewData, firePush } from "./triggers/fire-events.ts";
export { fireTrigger } from "./triggers/fire-trigger.ts";
export { nextScheduled, nextScheduledInput, projectTriggers } from "./triggers/list-triggers.ts";
export { makeWebhookSecret, pauseTrigger, resumeTrigger, triggerInput } from "./triggers/manage-trigger.ts";
export { receiveWebhook, type WebhookMessage } from "./triggers/receive-webhook.ts";
export { signWebhook } from "./triggers/webhook-signature.ts";
export { actorOfAttempt, type StepTracking } from "./step-tracking.ts";
