"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Card, EmptyState, ErrorState, PageHeader, RunStrip, StatusBadge, TextLink, Time } from "@trellis/ui";
import { type Column, DataTable } from "@trellis/ui/table";
import { Activity } from "lucide-react";
import { useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { AlertList } from "./alert-list";
import { stateWord } from "./state-words";

type Row = Outputs["monitoring"]["overview"]["items"][number];

/** The watch over every deployment, and the alerts. */
export function MonitoringPage() {
  useCrumbs({ label: "Monitoring" });
  const trpc = useTRPC();
  const overview = useInfiniteQuery(trpc.monitoring.overview.infiniteQueryOptions({}, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
  useLive("monitor:*", trpc.monitoring.pathKey());
  return (
    <>
      <PageHeader title="Monitoring" meta="What each live model sees now, against what it was trained on" />
      {overview.isError ? (
        <ErrorState error={overview.error} onRetry={() => void overview.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Deployments under watch"
            rows={overview.data?.pages.flatMap((page) => page.items) ?? []}
            columns={COLUMNS}
            rowKey={(row) => row.deploymentId}
            rowHref={(row) => `/monitoring/${row.deploymentName}`}
            loading={overview.isPending}
            keyboard="page"
            hasMore={overview.hasNextPage}
            onLoadMore={() => void overview.fetchNextPage()}
            empty={
              <EmptyState icon={Activity} title="Nothing is watched yet">
                A monitor starts by itself when a model is deployed.
              </EmptyState>
            }
          />
        </Card>
      )}
      <div className="mt-4">
        <AlertList title="Alerts" />
      </div>
    </>
  );
}

const COLUMNS: Column<Row>[] = [
  { id: "deployment", header: "Deployment", cell: (row) => <TextLink href={`/monitoring/${row.deploymentName}`}>{row.deploymentName}</TextLink> },
  {
    id: "state",
    header: "State",
    width: 190,
    cell: (row) => (
      <StatusBadge
        variant="text"
        status={row.state === "no_traffic" || row.state === "waiting" ? "waiting" : row.state}
        kind="drift"
        label={stateWord(row.state)}
      />
    ),
  },
  { id: "finding", header: "Finding", cell: (row) => row.headline, truncate: true, width: "40%" },
  { id: "since", header: "Since", cell: (row) => (row.since ? <Time at={row.since} form="date" /> : "–") },
  {
    id: "recent",
    header: "Last windows",
    hideBelow: "md",
    cell: (row) => (
      <RunStrip
        label={`Last windows of ${row.deploymentName}`}
        runs={row.recent.map((window) => ({
          id: window.windowStart.toISOString(),
          status: window.verdict === "drifted" ? "drifted" : window.verdict === "stable" ? "stable" : "insufficient",
          label: `${window.windowStart.toISOString().slice(0, 10)}: ${window.verdict}`,
        }))}
      />
    ),
  },
  { id: "version", header: "Version", align: "right", hideBelow: "lg", cell: (row) => (row.liveVersion ? `v${row.liveVersion.version}` : "–") },
];
