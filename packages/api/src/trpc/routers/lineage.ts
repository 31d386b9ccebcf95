import { traceBoth, traceInput } from "@trellis/core/lineage/index.ts";
import { procedure, router } from "../trpc.ts";

export const lineageRouter = router({
  trace: procedure("project.read", "GET /lineage", "What made a thing, and what it affects")
    .input(traceInput)
    .query(({ ctx, input }) => traceBoth(ctx.core, input)),
});
