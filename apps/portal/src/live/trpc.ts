import type { AppRouter } from "@trellis/api";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { createTRPCContext } from "@trpc/tanstack-react-query";

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

/** What procedures give, e.g. `Outputs["catalog"]["list"]`. */
export type Outputs = inferRouterOutputs<AppRouter>;
/** What procedures take. */
export type Inputs = inferRouterInputs<AppRouter>;
