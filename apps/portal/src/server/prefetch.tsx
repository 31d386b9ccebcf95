import "server-only";
import type { AppRouter } from "@trellis/api";
import { dehydrate, HydrationBoundary, type QueryClient } from "@tanstack/react-query";
import { createTRPCOptionsProxy, type TRPCQueryOptions } from "@trpc/tanstack-react-query";
import { createTRPCClient, type Operation, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { headers } from "next/headers";
import { cache, type ReactNode } from "react";
import { makeQueryClient } from "@/live/query-client";
import { host } from "./host";

export const serverQueryClient = cache((): QueryClient => makeQueryClient());

/** Calls the router in this very process instead of over HTTP. */
const inProcessLink: TRPCLink<AppRouter> =
  () =>
  ({ op }: { op: Operation }) =>
    observable((observer) => {
      void (async () => {
        try {
          const data = await host().query(await headers(), op.path, op.input);
          observer.next({ result: { type: "data", data } });
          observer.complete();
        } catch (error) {
          observer.error(error as never);
        }
      })();
    });

const client = createTRPCClient<AppRouter>({ links: [inProcessLink] });

/** Query options of every procedure, for `prefetch`. */
export const trpcServer = createTRPCOptionsProxy<AppRouter>({ client, queryClient: serverQueryClient });

/** Fills the page's queries on the server, side by side; one that fails is asked again by the browser, which shows why. */
export async function Prefetch({
  queries,
  children,
}: {
  queries: ReturnType<TRPCQueryOptions<never>>[] | { queryKey: readonly unknown[] }[];
  children: ReactNode;
}) {
  const queryClient = serverQueryClient();
  await Promise.all(queries.map((query) => queryClient.prefetchQuery(query as Parameters<QueryClient["prefetchQuery"]>[0])));
  return <HydrationBoundary state={dehydrate(queryClient)}>{children}</HydrationBoundary>;
}
