export { type ApiDoorOptions, createApiDoor, createContextFactory } from "./api-door.ts";
export { ChangeFeed } from "./live/change-feed.ts";
export type { ApiServices } from "./services.ts";
export { type AppRouter, appRouter } from "./trpc/root.ts";
export { type ApiContext, createCallerFactory } from "./trpc/trpc.ts";
