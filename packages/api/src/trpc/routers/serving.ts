import { recentInferences, recentInferencesInput, trafficSeries, trafficSeriesInput } from "@trellis/core/serving/index.ts";
import { procedure, router } from "../trpc.ts";

export const servingRouter = router({
  traffic: procedure("project.read", "GET /deployments/{deployment}/traffic", "Requests, latency and errors over time")
    .input(trafficSeriesInput)
    .query(({ ctx, input }) => trafficSeries(ctx.core, input)),
  recent: procedure("project.read", "GET /deployments/{deployment}/predictions", "The last predictions")
    .input(recentInferencesInput)
    .query(({ ctx, input }) => recentInferences(ctx.core, input)),
});
