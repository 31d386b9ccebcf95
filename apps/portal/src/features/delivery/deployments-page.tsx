"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Card, EmptyState, ErrorState, EventTimeline, FilterBar, PageHeader, Skeleton, Sparkline, StatStrip, StatusBadge, TextLink } from "@trellis/ui";
import { Rocket } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { RequestRate } from "./request-rate";

type Board = Outputs["delivery"]["board"];
type DeploymentCard = NonNullable<Board["items"][number]["cells"][string]>;

/** Models by environment: what is live where, and does it work. */
export function DeploymentsPage() {
  useCrumbs({ label: "Deployments" });
  const trpc = useTRPC();
  const [search, setSearch] = useQueryState("search", parseAsString.withDefault(""));
  const board = useInfiniteQuery(
    trpc.delivery.board.infiniteQueryOptions(search ? { search } : {}, { getNextPageParam: (page) => page.nextCursor ?? undefined }),
  );
  const events = useQuery(trpc.delivery.recentEvents.queryOptions({ limit: 15 }));
  useLive("deployments", trpc.delivery.board.pathKey(), trpc.delivery.recentEvents.pathKey());
  const first = board.data?.pages[0];
  const items = board.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHeader
        title="Deployments"
        meta={
          first?.head ? (
            <>
              Git says so since commit <span className="font-mono">{first.head.commit.slice(0, 10)}</span> of platform/environments
            </>
          ) : (
            "What the environments repository says, and whether the world agrees"
          )
        }
      />
      {first ? (
        <StatStrip
          label="In short"
          items={[
            { label: "Deployments", value: first.counts.total },
            { label: "Degraded", value: first.counts.degraded, ...(first.counts.degraded > 0 ? { tone: "fail" as const } : {}) },
            { label: "Out of sync", value: first.counts.outOfSync },
            { label: "In progress", value: first.counts.progressing },
            { label: "Held", value: first.counts.held },
          ]}
        />
      ) : null}
      {board.isError ? <ErrorState error={board.error} onRetry={() => void board.refetch()} /> : null}
      {board.isPending ? <Skeleton lines={8} /> : null}
      {first && (items.length > 0 || search) ? (
        <Card flush className="mt-4">
          <FilterBar search={{ value: search, onValueChange: (value) => void setSearch(value || null), placeholder: "Model, project or deployment" }} />
          {items.length > 0 ? <BoardTable environments={first.environments.map(({ name }) => name)} items={items} /> : null}
        </Card>
      ) : null}
      {first && items.length === 0 ? (
        <EmptyState icon={Rocket} title={search ? "No deployment matches" : "Nothing is deployed yet"}>
          Open a model version and press Deploy.
        </EmptyState>
      ) : null}
      {events.data && events.data.length > 0 ? (
        <Card title="Lately" className="mt-4">
          <EventTimeline
            label="What happened lately"
            events={events.data.map((event) => ({
              id: String(event.seq),
              at: event.at,
              title: (
                <>
                  <TextLink href={`/deployments/${event.deployment.name}`}>{event.deployment.name}</TextLink>: {event.message}
                </>
              ),
            }))}
          />
        </Card>
      ) : null}
    </>
  );
}

function BoardTable({ environments, items }: { environments: string[]; items: Board["items"] }) {
  return (
    <div className="overflow-x-auto" role="region" aria-label="Deployments by environment" tabIndex={0}>
      <table className="w-full min-w-[640px] text-sm">
        <thead>
          <tr className="border-b border-line text-left text-xs text-ink-3">
            <th className="px-4 py-2 font-medium">Model</th>
            {environments.map((name) => (
              <th key={name} className="px-4 py-2 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.model.id} className="border-b border-line align-top last:border-0">
              <td className="px-4 py-3">
                <TextLink href={`/models/${item.model.name}`}>{item.model.name}</TextLink>
                <p className="text-xs text-ink-3">
                  {item.project.slug}
                  {item.latest ? `, latest v${item.latest.version}` : ""}
                </p>
              </td>
              {environments.map((name) => {
                const card = item.cells[name];
                return (
                  <td key={name} className="px-4 py-3">
                    {card ? <Cell card={card} /> : <span className="text-ink-3">Not deployed</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ card }: { card: DeploymentCard }) {
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap items-center gap-2">
        <TextLink href={`/deployments/${card.name}`}>{card.live ? `v${card.live.version}` : "starting"}</TextLink>
        <StatusBadge status={card.health} kind="health" />
        {card.sync === "synced" ? null : <StatusBadge status={card.sync} kind="sync" />}
      </div>
      <div className="flex items-center gap-2 text-xs text-ink-3">
        <Sparkline label="Requests a minute" values={card.numbers.spark} width={72} height={16} />
        <RequestRate perSecond={card.numbers.requestsPerSecond} />
      </div>
      {card.openRequest ? (
        <TextLink
          href={`/approvals/${card.openRequest.number}`}
        >{`CR-${card.openRequest.number}${card.openRequest.version ? ` asks for v${card.openRequest.version}` : ""}`}</TextLink>
      ) : null}
      {card.health === "healthy" ? null : <p className="text-xs text-ink-2">{card.message}</p>}
    </div>
  );
}
