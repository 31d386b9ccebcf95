import { traceInput, traceLineage } from "@trellis/core/lineage/index.ts";
import { columnUse, columnUseInput } from "@trellis/core/registry/index.ts";
import { procedure, router } from "../trpc.ts";

export const lineageRouter = router({
  trace: procedure("project.read", "GET /lineage", "What made a thing, and what is affected if it changes")
    .input(traceInput)
    .query(({ ctx, input }) => traceLineage(ctx.core, input)),
  column: procedure("project.read", "GET /datasets/{datasetId}/columns/{column}/models", "Model versions whose signature uses a column of a dataset")
    .input(columnUseInput)
    .query(({ ctx, input }) => columnUse(ctx.core, input)),
});
