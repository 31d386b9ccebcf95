import {
  backfillReference,
  cancelBackfill,
  cancelRun,
  cancelRunInput,
  compareSteps,
  compareStepsInput,
  durationTrend,
  durationTrendInput,
  getBackfill,
  getRun,
  listBackfills,
  listRuns,
  listRunsInput,
  makeWebhookSecret,
  nextScheduled,
  nextScheduledInput,
  pauseTrigger,
  pipelineVersions,
  planRetry,
  planRetryInput,
  projectPipelines,
  projectTriggers,
  registerPipelines,
  registerPipelinesInput,
  rerunRun,
  rerunRunInput,
  resumeTrigger,
  retryRun,
  retryRunInput,
  runStepAlone,
  runStepAloneInput,
  runsTimeline,
  runsTimelineInput,
  startBackfill,
  startBackfillInput,
  startRun,
  startRunInput,
  triggerInput,
} from "@trellis/core/pipelines/index.ts";
import { pipelineReference, projectReference, runReference, toRunReference } from "../references.ts";
import { procedure, router } from "../trpc.ts";

export const pipelinesRouter = router({
  runs: procedure("project.list", "GET /runs", "Runs of all projects that you may see, newest first")
    .input(listRunsInput)
    .query(({ ctx, input }) => listRuns(ctx.core, input)),
  run: procedure("project.read", "GET /run", "One run: by runId, or by project and number")
    .input(runReference)
    .query(({ ctx, input }) => getRun(ctx.core, toRunReference(input))),
  compareSteps: procedure("project.read", "GET /compare-runs/steps", "Steps of pipeline runs side by side: how each ended and how long it took")
    .input(compareStepsInput)
    .query(({ ctx, input }) => compareSteps(ctx.core, input)),
  timeline: procedure("project.list", "GET /runs/timeline", "Runs between two moments")
    .input(runsTimelineInput)
    .query(({ ctx, input }) => runsTimeline(ctx.core, input)),
  ofProject: procedure("project.read", "GET /projects/{project}/pipelines", "Pipelines of a project with their last runs")
    .input(projectReference)
    .query(({ ctx, input }) => projectPipelines(ctx.core, input)),
  versions: procedure("project.read", "GET /projects/{project}/pipelines/{pipeline}/versions", "Versions of a pipeline")
    .input(pipelineReference)
    .query(({ ctx, input }) => pipelineVersions(ctx.core, input)),
  durationTrend: procedure("project.read", "GET /projects/{project}/pipelines/{pipeline}/durations", "How long the last runs took")
    .input(durationTrendInput)
    .query(({ ctx, input }) => durationTrend(ctx.core, input)),
  register: procedure("project.write", "POST /projects/{project}/pipelines/register", "Read trellis.yaml again")
    .input(registerPipelinesInput)
    .mutation(({ ctx, input }) => registerPipelines(ctx.core, input)),
  start: procedure("project.write", "POST /projects/{project}/pipelines/{pipeline}/runs", "Start a run")
    .input(startRunInput)
    .mutation(({ ctx, input }) => startRun(ctx.core, input)),
  cancel: procedure("project.write", "POST /runs/{runId}/cancel", "Cancel a run and everything that it started")
    .input(cancelRunInput)
    .mutation(({ ctx, input }) => cancelRun(ctx.core, input)),
  planRetry: procedure("project.read", "GET /runs/{runId}/retry-plan", "What a retry would reuse and what it would run")
    .input(planRetryInput)
    .query(({ ctx, input }) => planRetry(ctx.core, input)),
  retry: procedure("project.write", "POST /runs/{runId}/retry", "Go on from the failed steps in a new run")
    .input(retryRunInput)
    .mutation(({ ctx, input }) => retryRun(ctx.core, input)),
  runStepAlone: procedure("project.write", "POST /runs/{runId}/steps/{step}/run", "Run one step again on what the steps before it left in this run")
    .input(runStepAloneInput)
    .mutation(({ ctx, input }) => runStepAlone(ctx.core, input)),
  triggers: procedure("project.read", "GET /projects/{project}/triggers", "What starts runs of a project's pipelines, with their last firings")
    .input(projectReference)
    .query(({ ctx, input }) => projectTriggers(ctx.core, input)),
  nextScheduled: procedure("project.list", "GET /runs/scheduled", "The next firings of all schedules that you may see")
    .input(nextScheduledInput)
    .query(({ ctx, input }) => nextScheduled(ctx.core, input)),
  pauseTrigger: procedure("project.write", "POST /triggers/{triggerId}/pause", "Let a trigger start nothing until it is resumed")
    .input(triggerInput)
    .mutation(({ ctx, input }) => pauseTrigger(ctx.core, input)),
  resumeTrigger: procedure("project.write", "POST /triggers/{triggerId}/resume", "Let a paused trigger start runs again")
    .input(triggerInput)
    .mutation(({ ctx, input }) => resumeTrigger(ctx.core, input)),
  makeWebhookSecret: procedure("project.write", "POST /triggers/{triggerId}/secret", "A new secret of a webhook, told this once")
    .input(triggerInput)
    .mutation(({ ctx, input }) => makeWebhookSecret(ctx.core, input)),
  backfills: procedure("project.read", "GET /projects/{project}/backfills", "Backfills of a project with how far each is")
    .input(projectReference)
    .query(({ ctx, input }) => listBackfills(ctx.core, input)),
  backfill: procedure("project.read", "GET /backfills/{backfillId}", "A backfill with its run of each date")
    .input(backfillReference)
    .query(({ ctx, input }) => getBackfill(ctx.core, input)),
  startBackfill: procedure("project.write", "POST /projects/{project}/pipelines/{pipeline}/backfills", "One run for each date of a range")
    .input(startBackfillInput)
    .mutation(({ ctx, input }) => startBackfill(ctx.core, input)),
  cancelBackfill: procedure("project.write", "POST /backfills/{backfillId}/cancel", "Make no more runs of a backfill and cancel those that go on")
    .input(backfillReference)
    .mutation(({ ctx, input }) => cancelBackfill(ctx.core, input)),
  rerun: procedure("project.write", "POST /runs/{runId}/rerun", "Run all steps again")
    .input(rerunRunInput)
    .mutation(({ ctx, input }) => rerunRun(ctx.core, input)),
});
