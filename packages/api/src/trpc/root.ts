import { auditRouter } from "./routers/audit.ts";
import { catalogRouter } from "./routers/catalog.ts";
import { identityRouter } from "./routers/identity.ts";
import { notificationsRouter } from "./routers/notifications.ts";
import { router } from "./trpc.ts";

/** All procedures, one router an area. */
export const appRouter = router({
  audit: auditRouter,
  catalog: catalogRouter,
  identity: identityRouter,
  notifications: notificationsRouter,
});

export type AppRouter = typeof appRouter;
