"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Avatar, Badge, Card, EmptyState, ErrorState, PageHeader, StatusBadge, Tabs, TextLink, Time } from "@trellis/ui";
import { type Column, DataTable } from "@trellis/ui/table";
import { Stamp } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";

type Row = Outputs["delivery"]["changeRequests"]["items"][number];

const BOXES = ["waiting", "asked", "open", "decided"] as const;
const DECIDED = ["applied", "failed", "rejected", "withdrawn", "superseded"] as const;

/** Change requests: those that wait for me, those that I asked for, and all. */
export function ApprovalsPage() {
  useCrumbs({ label: "Approvals" });
  const trpc = useTRPC();
  const [box, setBox] = useQueryState("box", parseAsStringLiteral(BOXES).withDefault("waiting"));
  const filter =
    box === "waiting" || box === "asked" ? { box } : { status: box === "open" ? (["open", "approved", "committed"] as const).slice() : [...DECIDED] };
  const requests = useInfiniteQuery(trpc.delivery.changeRequests.infiniteQueryOptions(filter, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
  useLive("approvals", trpc.delivery.changeRequests.pathKey());
  const counts = requests.data?.pages[0]?.counts;
  return (
    <>
      <PageHeader title="Approvals" meta="What goes live is decided here, by someone other than the one who asks" />
      <Tabs
        label="Which requests"
        value={box}
        onChange={(value) => void setBox(value as (typeof BOXES)[number])}
        items={[
          { value: "waiting", label: "Wait for me", count: counts?.waiting },
          { value: "asked", label: "I asked", count: counts?.asked },
          { value: "open", label: "All open", count: counts?.open },
          { value: "decided", label: "Decided" },
        ]}
      >
        {requests.isError ? (
          <ErrorState error={requests.error} onRetry={() => void requests.refetch()} />
        ) : (
          <Card flush>
            <DataTable
              label="Change requests"
              rows={requests.data?.pages.flatMap((page) => page.items) ?? []}
              columns={COLUMNS}
              rowKey={(row) => row.id}
              rowHref={(row) => `/approvals/${row.number}`}
              loading={requests.isPending}
              keyboard="page"
              hasMore={requests.hasNextPage}
              onLoadMore={() => void requests.fetchNextPage()}
              empty={
                <EmptyState icon={Stamp} title={box === "waiting" ? "Nothing waits for you" : "No requests"}>
                  A request is opened by Deploy on a model version, or by a run that retrains.
                </EmptyState>
              }
            />
          </Card>
        )}
      </Tabs>
    </>
  );
}

const COLUMNS: Column<Row>[] = [
  { id: "number", header: "Request", cell: (row) => <TextLink href={`/approvals/${row.number}`}>{`CR-${row.number}`}</TextLink>, sort: (row) => row.number },
  { id: "what", header: "What", cell: (row) => row.headline },
  { id: "status", header: "Status", cell: (row) => <StatusBadge variant="text" status={row.status} kind="change_request" /> },
  { id: "environment", header: "Environment", hideBelow: "md", cell: (row) => row.environment.name },
  {
    id: "gates",
    header: "Gates",
    hideBelow: "md",
    cell: (row) =>
      row.gates.failed > 0 ? (
        <Badge tone="fail">{`${row.gates.failed} failed`}</Badge>
      ) : row.gates.warned > 0 ? (
        <Badge tone="warn">{`${row.gates.warned} warn`}</Badge>
      ) : (
        <Badge tone="ok">{`${row.gates.passed} passed`}</Badge>
      ),
  },
  { id: "approvals", header: "Approvals", align: "right", hideBelow: "lg", cell: (row) => `${row.approvals} of ${row.approvalsRequired}` },
  {
    id: "author",
    header: "Asked by",
    cell: (row) => (
      <span className="flex items-center gap-2">
        <Avatar size="sm" name={row.author.name} />
        {row.author.name}
      </span>
    ),
  },
  { id: "at", header: "Asked", cell: (row) => <Time at={row.createdAt} />, sort: (row) => row.createdAt },
];
