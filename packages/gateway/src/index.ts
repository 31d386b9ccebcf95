export type { Authenticate, Caller } from "./caller-cache.ts";
export { createGateway, type Gateway, type GatewayOptions } from "./create-gateway.ts";
