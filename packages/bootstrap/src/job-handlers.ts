import {
  changeCommit,
  commitChange,
  considerPromotion,
  deploymentLive,
  deploymentRecheck,
  deploymentReconcile,
  environmentReconcile,
  recheckDeployment,
  reconcileDeployment,
  reconcileEnvironment,
} from "@trellis/core/delivery/index.ts";
import { handleJob, type JobHandler } from "@trellis/core/jobs/index.ts";
import {
  ensureMonitorOf,
  evaluateAllMonitors,
  evaluateMonitor,
  monitorEvaluate,
  monitorEvaluateAll,
  monitorRetrain,
  requestEvaluation,
  startRetraining,
} from "@trellis/core/monitoring/index.ts";
import {
  concludeReproduction,
  fireFollowers,
  fireNewData,
  firePush,
  fireTrigger,
  makeBackfillRuns,
  pipelinesBackfill,
  pipelinesFire,
  pipelinesPushed,
  pipelinesRegister,
  registerPipelinesJob,
  runFinished,
  versionRegistered,
} from "@trellis/core/pipelines/index.ts";
import { deliverWebhook, deliverWebhookJob, purgeDeletedModels } from "@trellis/core/registry/index.ts";
import { executeScaffoldTask, scaffoldExecute } from "@trellis/core/scaffolder/index.ts";
import { inferencesRecorded } from "@trellis/core/serving/index.ts";
import { artifactsCollect, collectGarbage, datasetVersioned, removeDeleted, trackingRemoveDeleted } from "@trellis/core/tracking/index.ts";

/**
 * The one table of what answers which job. Facts of a lower area (`version.registered`, `inferences.recorded`, `dataset.versioned`) reach higher
 * areas only here.
 */
export const JOB_HANDLERS: JobHandler[] = [
  handleJob(scaffoldExecute, executeScaffoldTask),
  handleJob(pipelinesRegister, registerPipelinesJob),
  handleJob(pipelinesPushed, firePush),
  handleJob(pipelinesFire, fireTrigger),
  handleJob(pipelinesBackfill, makeBackfillRuns),
  handleJob(trackingRemoveDeleted, async (ctx, { keepDays }) => {
    await removeDeleted(ctx, { keepDays });
    await purgeDeletedModels(ctx, { before: new Date(ctx.now().getTime() - keepDays * 86_400_000) });
  }),
  handleJob(artifactsCollect, collectGarbage),
  handleJob(datasetVersioned, fireNewData),
  // A run that repeats a version is looked at, not followed.
  handleJob(runFinished, async (ctx, fact) => ((await concludeReproduction(ctx, fact)) ? undefined : fireFollowers(ctx, fact))),
  handleJob(versionRegistered, considerPromotion),
  handleJob(changeCommit, commitChange),
  handleJob(environmentReconcile, reconcileEnvironment),
  handleJob(deploymentReconcile, reconcileDeployment),
  handleJob(deploymentRecheck, recheckDeployment),
  handleJob(deploymentLive, ensureMonitorOf),
  handleJob(inferencesRecorded, requestEvaluation),
  handleJob(deliverWebhookJob, deliverWebhook),
  handleJob(monitorEvaluate, evaluateMonitor),
  handleJob(monitorEvaluateAll, evaluateAllMonitors),
  handleJob(monitorRetrain, startRetraining),
];
