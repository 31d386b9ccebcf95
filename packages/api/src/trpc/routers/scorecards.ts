import { projectScorecard, projectScorecardInput, scorecards, scorecardsInput } from "@trellis/core/scorecards/index.ts";
import { procedure, router } from "../trpc.ts";

export const scorecardsRouter = router({
  list: procedure("project.list", "GET /scorecards", "How far every project is")
    .input(scorecardsInput)
    .query(({ ctx, input }) => scorecards(ctx.core, input)),
  ofProject: procedure("project.read", "GET /projects/{project}/scorecard", "How far a project is, and its next step")
    .input(projectScorecardInput)
    .query(({ ctx, input }) => projectScorecard(ctx.core, input)),
});
