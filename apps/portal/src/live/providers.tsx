"use client";

import type { AppRouter } from "@trellis/api";
import { LinkProvider, Toaster } from "@trellis/ui";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import NextLink from "next/link";
import { useRouter } from "next/navigation";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useState } from "react";
import superjson from "superjson";
import { makeQueryClient } from "./query-client";
import { TRPCProvider } from "./trpc";

let browserQueryClient: QueryClient | undefined;

function queryClientOfTab(): QueryClient {
  if (typeof window === "undefined") return makeQueryClient();
  return (browserQueryClient ??= makeQueryClient());
}

/** Everything that pages expect around them. */
export function Providers({ children }: { children: ReactNode }) {
  const router = useRouter();
  const queryClient = queryClientOfTab();
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: "/api/trpc", transformer: superjson, maxURLLength: 8_000 })] }),
  );
  return (
    <NuqsAdapter>
      <QueryClientProvider client={queryClient}>
        <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
          <LinkProvider component={NextLink} navigate={(href) => router.push(href)}>
            <Toaster>{children}</Toaster>
          </LinkProvider>
        </TRPCProvider>
      </QueryClientProvider>
    </NuqsAdapter>
  );
}
