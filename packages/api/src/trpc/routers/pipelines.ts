import {
  cancelRun,
  cancelRunInput,
  durationTrend,
  durationTrendInput,
  getRun,
  listRuns,
  listRunsInput,
  pipelineVersions,
  planRetry,
  planRetryInput,
  projectPipelines,
  registerPipelines,
  registerPipelinesInput,
  rerunRun,
  rerunRunInput,
  retryRun,
  retryRunInput,
  runsTimeline,
  runsTimelineInput,
  startRun,
  startRunInput,
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
  rerun: procedure("project.write", "POST /runs/{runId}/rerun", "Run all steps again")
    .input(rerunRunInput)
    .mutation(({ ctx, input }) => rerunRun(ctx.core, input)),
});
