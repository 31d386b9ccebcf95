"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Card, EmptyState, ErrorState, FilterBar, PageHeader, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { ScrollText } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useCrumbs } from "@/features/shell";
import { useTRPC } from "@/live/trpc";

/** Who did what, newest first. */
export function AuditPage() {
  useCrumbs({ label: "Platform", href: "/platform" }, { label: "Audit log" });
  const trpc = useTRPC();
  const [action, setAction] = useQueryState("action", parseAsString.withDefault(""));
  const events = useInfiniteQuery(
    trpc.audit.search.infiniteQueryOptions(action ? { action } : {}, { getNextPageParam: (page) => page.nextCursor ?? undefined }),
  );
  return (
    <>
      <PageHeader title="Audit log" meta="Every write, in the order it happened; nothing here can be changed" />
      {events.isError ? (
        <ErrorState error={events.error} onRetry={() => void events.refetch()} />
      ) : (
        <Card flush>
          <FilterBar
            search={{
              value: action,
              onValueChange: (value) => void setAction(value || null),
              placeholder: "Exact action, e.g. delivery.change-request.approve",
            }}
          />
          <DataTable
            label="Audit events"
            rows={events.data?.pages.flatMap((page) => page.items) ?? []}
            rowKey={(row) => String(row.seq)}
            loading={events.isPending}
            csvName="audit"
            hasMore={events.hasNextPage}
            onLoadMore={() => void events.fetchNextPage()}
            empty={<EmptyState icon={ScrollText} title="No event matches" />}
            columns={[
              { id: "at", header: "When", cell: (row) => <Time at={row.at} />, csv: (row) => row.at.toISOString() },
              { id: "who", header: "Who", cell: (row) => row.actorName, csv: (row) => row.actorName },
              { id: "action", header: "Action", mono: true, cell: (row) => row.action, csv: (row) => row.action },
              { id: "subject", header: "What", cell: (row) => `${row.subjectKind} ${row.subjectName}`, csv: (row) => `${row.subjectKind} ${row.subjectName}` },
              {
                id: "data",
                header: "Details",
                mono: true,
                hideBelow: "lg",
                truncate: true,
                cell: (row) => JSON.stringify(row.data),
                csv: (row) => JSON.stringify(row.data),
              },
            ]}
          />
        </Card>
      )}
    </>
  );
}
