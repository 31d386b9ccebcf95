import { procedure, router } from "../trpc.ts";

export const providersRouter = router({
  about: procedure("platform.read", "GET /platform", "What this portal runs on, and whether it answers").query(async ({ ctx }) => ({
    ...ctx.services.about,
    checks: await ctx.services.health(),
    providers: ctx.services.providers(),
  })),
});
