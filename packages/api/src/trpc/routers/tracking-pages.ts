import {
  compareRuns,
  compareRunsInput,
  getExperimentPage,
  getTrackedRunPage,
  listExperiments,
  listExperimentsInput,
  runKeys,
  runKeysInput,
} from "@trellis/core/tracking/index.ts";
import { z } from "zod";
import { procedure } from "../trpc.ts";

const experimentReference = z.object({ experimentId: z.number().int().min(0).max(2_147_483_647) });
const trackedRunReference = z.object({ runId: z.uuid() });

/** What the pages of experiments and tracked runs read and do. */
export const trackingPages = {
  experiments: procedure("project.list", "GET /experiments", "Experiments that you may see, the one with the newest run first")
    .input(listExperimentsInput)
    .query(({ ctx, input }) => listExperiments(ctx.core, input)),
  experiment: procedure("project.read", "GET /experiments/{experimentId}", "One experiment")
    .input(experimentReference)
    .query(({ ctx, input }) => getExperimentPage(ctx.core, input)),
  runKeys: procedure("project.read", "GET /run-keys", "Keys of metrics, parameters and tags that experiments have")
    .input(runKeysInput)
    .query(({ ctx, input }) => runKeys(ctx.core, input)),
  trackedRun: procedure("project.read", "GET /tracked-runs/{runId}", "One tracked run with all that was logged")
    .input(trackedRunReference)
    .query(({ ctx, input }) => getTrackedRunPage(ctx.core, input)),
  compareRuns: procedure("project.read", "GET /compare-runs", "Runs side by side")
    .input(compareRunsInput)
    .query(({ ctx, input }) => compareRuns(ctx.core, input)),
};
