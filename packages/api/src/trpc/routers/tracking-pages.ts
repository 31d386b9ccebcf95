import { requireProject } from "@trellis/core/catalog/index.ts";
import {
  changeRunsInput,
  compareRuns,
  compareRunsInput,
  deleteExperiment,
  deleteRuns,
  getDatasetVersion,
  getExperimentPage,
  getLoggedModelPage,
  getTrackedRunPage,
  listExperiments,
  listExperimentsInput,
  moveExperiment,
  profileDatasetVersion,
  restoreExperiment,
  restoreRuns,
  runKeys,
  runKeysInput,
  runTable,
  runTableInput,
  tagRuns,
  tagRunsInput,
  updateExperiment,
} from "@trellis/core/tracking/index.ts";
import { z } from "zod";
import { procedure } from "../trpc.ts";

const experimentReference = z.object({ experimentId: z.number().int().min(1).max(2_147_483_647) });
const trackedRunReference = z.object({ runId: z.uuid() });
const datasetVersionReference = z.object({ versionId: z.uuid() });
/** A page is nobody's client: it names each thing by its id. */
const scope = { projectId: null };

/** What the pages of experiments and tracked runs read and do. */
export const trackingPages = {
  experiments: procedure("project.list", "GET /experiments", "Experiments that you may see, the one with the newest run first")
    .input(listExperimentsInput)
    .query(({ ctx, input }) => listExperiments(ctx.core, input)),
  experiment: procedure("project.read", "GET /experiments/{experimentId}", "One experiment")
    .input(experimentReference)
    .query(({ ctx, input }) => getExperimentPage(ctx.core, input)),
  renameExperiment: procedure("project.write", "PATCH /experiments/{experimentId}", "Give an experiment another name")
    .input(experimentReference.extend({ name: z.string().min(1).max(500) }))
    .mutation(({ ctx, input }) => updateExperiment(ctx.core, { scope, ...input })),
  moveExperiment: procedure("project.write", "PUT /experiments/{experimentId}/project", "Move an experiment to another project")
    .input(experimentReference.extend({ project: z.string().min(1).max(100) }))
    .mutation(async ({ ctx, input: { experimentId, project } }) => {
      // Of an experiment that is hidden nothing may be said, not even whether the other project is there.
      await getExperimentPage(ctx.core, { experimentId });
      await moveExperiment(ctx.core, { experimentId, projectId: (await requireProject(ctx.core, project)).id });
    }),
  deleteExperiment: procedure("project.write", "DELETE /experiments/{experimentId}", "Delete an experiment with its runs; it can be restored")
    .input(experimentReference)
    .mutation(({ ctx, input }) => deleteExperiment(ctx.core, { scope, ...input })),
  restoreExperiment: procedure("project.write", "POST /experiments/{experimentId}/restore", "Bring a deleted experiment back")
    .input(experimentReference)
    .mutation(({ ctx, input }) => restoreExperiment(ctx.core, { scope, ...input })),
  runKeys: procedure("project.read", "GET /run-keys", "Keys of metrics, parameters and tags that experiments have")
    .input(runKeysInput)
    .query(({ ctx, input }) => runKeys(ctx.core, input)),
  runTable: procedure("project.read", "GET /run-table", "Runs of experiments as a table, filtered in the language of search_runs")
    .input(runTableInput)
    .query(({ ctx, input }) => runTable(ctx.core, input)),
  deleteRuns: procedure("project.write", "POST /tracked-runs/delete", "Delete runs; they can be restored")
    .input(changeRunsInput)
    .mutation(({ ctx, input }) => deleteRuns(ctx.core, input)),
  restoreRuns: procedure("project.write", "POST /tracked-runs/restore", "Bring deleted runs back")
    .input(changeRunsInput)
    .mutation(({ ctx, input }) => restoreRuns(ctx.core, input)),
  tagRuns: procedure("project.write", "POST /tracked-runs/tag", "Give runs a tag, or take it away")
    .input(tagRunsInput)
    .mutation(({ ctx, input }) => tagRuns(ctx.core, input)),
  trackedRun: procedure("project.read", "GET /tracked-runs/{runId}", "One tracked run with all that was logged")
    .input(trackedRunReference)
    .query(({ ctx, input }) => getTrackedRunPage(ctx.core, input)),
  loggedModel: procedure("project.read", "GET /logged-models/{modelId}", "One model that a client logged")
    .input(z.object({ modelId: z.uuid() }))
    .query(({ ctx, input }) => getLoggedModelPage(ctx.core, input)),
  datasetVersion: procedure("project.read", "GET /dataset-versions/{versionId}", "One version of a dataset, with its schema and the runs that read it")
    .input(datasetVersionReference)
    .query(({ ctx, input }) => getDatasetVersion(ctx.core, input)),
  datasetProfile: procedure("project.read", "GET /dataset-versions/{versionId}/profile", "What the columns of a version of a dataset hold")
    .input(datasetVersionReference)
    .query(({ ctx, input }) => profileDatasetVersion(ctx.core, input)),
  compareRuns: procedure("project.read", "GET /compare-runs", "Runs side by side")
    .input(compareRunsInput)
    .query(({ ctx, input }) => compareRuns(ctx.core, input)),
};
