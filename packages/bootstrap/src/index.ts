export { buildClientWheel } from "./client-wheel.ts";
export { createTrellis, type Trellis } from "./create-trellis.ts";
export { type Environment, readEnvironment } from "./environment.ts";
export { JOB_HANDLERS } from "./job-handlers.ts";
export { createLogger } from "./logger.ts";
export { CLIENT_FOLDER } from "./package-folders.ts";
export type { ProviderInfo } from "./create-providers.ts";
