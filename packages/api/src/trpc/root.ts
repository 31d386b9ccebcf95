import { auditRouter } from "./routers/audit.ts";
import { catalogRouter } from "./routers/catalog.ts";
import { deliveryRouter } from "./routers/delivery.ts";
import { identityRouter } from "./routers/identity.ts";
import { lineageRouter } from "./routers/lineage.ts";
import { monitoringRouter } from "./routers/monitoring.ts";
import { notificationsRouter } from "./routers/notifications.ts";
import { pipelinesRouter } from "./routers/pipelines.ts";
import { providersRouter } from "./routers/providers.ts";
import { registryRouter } from "./routers/registry.ts";
import { scaffolderRouter } from "./routers/scaffolder.ts";
import { scorecardsRouter } from "./routers/scorecards.ts";
import { servingRouter } from "./routers/serving.ts";
import { trackingRouter } from "./routers/tracking.ts";
import { router } from "./trpc.ts";

/** All procedures, one router an area. */
export const appRouter = router({
  audit: auditRouter,
  catalog: catalogRouter,
  delivery: deliveryRouter,
  identity: identityRouter,
  lineage: lineageRouter,
  monitoring: monitoringRouter,
  notifications: notificationsRouter,
  pipelines: pipelinesRouter,
  providers: providersRouter,
  registry: registryRouter,
  scaffolder: scaffolderRouter,
  scorecards: scorecardsRouter,
  serving: servingRouter,
  tracking: trackingRouter,
});

export type AppRouter = typeof appRouter;
