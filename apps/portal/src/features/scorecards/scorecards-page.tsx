"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Card, EmptyState, ErrorState, LevelMeter, PageHeader, TextLink } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Trophy } from "lucide-react";
import { useCrumbs } from "@/features/shell";
import { useTRPC } from "@/live/trpc";

const LEVELS = ["Registered", "Automated pipeline", "CI and CD", "Continuous training"];

/** How mature every project is, and what to do next. */
export function ScorecardsPage() {
  useCrumbs({ label: "Scorecards" });
  const trpc = useTRPC();
  const scorecards = useInfiniteQuery(trpc.scorecards.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
  return (
    <>
      <PageHeader title="Scorecards" meta="Levels are counted from what the platform recorded itself, not from what someone says" />
      {scorecards.isError ? (
        <ErrorState error={scorecards.error} onRetry={() => void scorecards.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Scorecards"
            rows={scorecards.data?.pages.flatMap((page) => page.items) ?? []}
            rowKey={(row) => row.projectId}
            rowHref={(row) => `/projects/${row.slug}`}
            loading={scorecards.isPending}
            keyboard="page"
            csvName="scorecards"
            hasMore={scorecards.hasNextPage}
            onLoadMore={() => void scorecards.fetchNextPage()}
            empty={<EmptyState icon={Trophy} title="No projects yet" />}
            columns={[
              { id: "project", header: "Project", cell: (row) => <TextLink href={`/projects/${row.slug}`}>{row.slug}</TextLink>, csv: (row) => row.slug },
              {
                id: "level",
                header: "Level",
                cell: (row) => (
                  <span className="flex items-center gap-2">
                    <LevelMeter level={row.level} of={3} label={`Level ${row.level} of 3`} />
                    {LEVELS[row.level]}
                  </span>
                ),
                sort: (row) => row.level,
                csv: (row) => row.level,
              },
              {
                id: "passed",
                header: "Checks passed",
                align: "right",
                cell: (row) => `${row.passed} of ${row.total}`,
                sort: (row) => row.passed,
                csv: (row) => row.passed,
              },
              {
                id: "next",
                header: "Next step",
                cell: (row) => (row.next ? <TextLink href={row.next.href}>{row.next.title}</TextLink> : "All checks pass"),
                csv: (row) => row.next?.title ?? "",
              },
            ]}
          />
        </Card>
      )}
    </>
  );
}
