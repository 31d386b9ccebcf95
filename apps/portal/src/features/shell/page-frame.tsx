"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { ErrorState, Skeleton } from "@trellis/ui";
import type { ReactNode } from "react";

/** Draws what a query gives; until then a skeleton, and when it fails why, with a way to try again. */
export function PageFrame<Data>({
  query,
  skeleton,
  children,
}: {
  query: UseQueryResult<Data, unknown>;
  skeleton?: ReactNode;
  children(data: Data): ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <>{skeleton ?? <Skeleton lines={8} />}</>;
}
