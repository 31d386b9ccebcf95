"use client";

import { useQuery } from "@tanstack/react-query";
import { Badge, Card, EmptyState, EventTimeline, Finding, NumberValue, PageHeader, StatStrip, StatusBadge, Tabs, TextLink, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Users } from "lucide-react";
import dynamic from "next/dynamic";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { LineageLink } from "@/features/lineage";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { DeploymentActions } from "./deployment-actions";
import { TryIt } from "./try-it";
import { RequestRate } from "./request-rate";

const TrafficCharts = dynamic(() => import("./traffic-charts").then((module) => module.TrafficCharts), { ssr: false });
const DeploymentLog = dynamic(() => import("./deployment-log").then((module) => module.DeploymentLog), { ssr: false });

type Deployment = Outputs["delivery"]["deployment"];
const TABS = ["traffic", "history", "consumers", "events", "try", "log"] as const;

/** One deployment: is it healthy, and what changed last? */
export function DeploymentPage({ deployment }: { deployment: string }) {
  const trpc = useTRPC();
  const found = useQuery(trpc.delivery.deployment.queryOptions({ deployment }));
  useLive(found.data ? `deployment:${found.data.id}` : null, trpc.delivery.deployment.pathKey(), trpc.serving.pathKey());
  useCrumbs({ label: "Deployments", href: "/deployments" }, { label: deployment });
  return <PageFrame query={found}>{(data) => <DeploymentDetail deployment={data} />}</PageFrame>;
}

function DeploymentDetail({ deployment }: { deployment: Deployment }) {
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("traffic"));
  const { numbers } = deployment;
  return (
    <>
      <PageHeader
        title={deployment.name}
        status={
          <>
            <StatusBadge status={deployment.health} kind="health" />
            <StatusBadge status={deployment.sync} kind="sync" />
            {deployment.held ? <Badge tone="warn">Held</Badge> : null}
          </>
        }
        meta={
          <>
            <TextLink href={`/models/${deployment.model.name}`}>{deployment.model.name}</TextLink> in {deployment.environment.name}, project{" "}
            <TextLink href={`/projects/${deployment.project.slug}`}>{deployment.project.slug}</TextLink>
            <TextLink href={`/monitoring/${deployment.name}`}>Monitoring</TextLink>
          </>
        }
        actions={
          <>
            <LineageLink kind="deployment" id={deployment.id} />
            <DeploymentActions deployment={deployment} />
          </>
        }
        finding={
          deployment.health === "healthy" ? undefined : (
            <Finding tone={deployment.health === "degraded" ? "fail" : "run"}>{deployment.message || "It is being started."}</Finding>
          )
        }
      />
      <StatStrip
        label="Now"
        items={[
          {
            label: "Live version",
            value: deployment.live ? (
              <TextLink href={`/models/${deployment.live.modelName}/versions/${deployment.live.version}`}>{`v${deployment.live.version}`}</TextLink>
            ) : (
              "None"
            ),
            detail: deployment.liveSince ? (
              <>
                since <Time at={deployment.liveSince} />
              </>
            ) : null,
          },
          { label: "Requests", value: <RequestRate perSecond={numbers.requestsPerSecond} />, detail: `${numbers.requests} in the last hour` },
          { label: "Latency", value: <NumberValue value={numbers.p95Ms} digits={0} unit="ms p95" /> },
          {
            label: "Errors",
            value: <NumberValue value={numbers.errorRate === null ? null : numbers.errorRate * 100} digits={1} unit="%" />,
            detail: `${numbers.clientErrors} refused`,
          },
          { label: "Last request", value: numbers.lastRequestAt ? <Time at={numbers.lastRequestAt} /> : "Never" },
        ]}
      />
      <div className="mt-4">
        <Tabs
          label="Of this deployment"
          value={tab}
          onChange={(value) => void setTab(value as (typeof TABS)[number])}
          items={[
            { value: "traffic", label: "Traffic" },
            { value: "history", label: "History", count: deployment.revisions.length },
            { value: "consumers", label: "Consumers", count: deployment.consumers.length },
            { value: "events", label: "Events" },
            { value: "try", label: "Try it" },
            { value: "log", label: "Log" },
          ]}
        >
          {tab === "traffic" ? <TrafficCharts deployment={deployment.name} /> : null}
          {tab === "history" ? <Revisions deployment={deployment} /> : null}
          {tab === "consumers" ? <Consumers deployment={deployment} /> : null}
          {tab === "events" ? (
            <Card>
              <EventTimeline
                label="Events"
                events={deployment.events.map((event) => ({ id: String(event.seq), at: event.at, title: event.message, detail: event.kind }))}
              />
            </Card>
          ) : null}
          {tab === "try" ? <TryIt deployment={deployment} /> : null}
          {tab === "log" ? <DeploymentLog deployment={deployment.name} /> : null}
        </Tabs>
      </div>
    </>
  );
}

function Consumers({ deployment }: { deployment: Deployment }) {
  return (
    <Card flush>
      <DataTable
        label="Who calls it"
        rows={deployment.consumers}
        rowKey={(row) => row.userId}
        csvName={`${deployment.name}-consumers`}
        empty={
          <EmptyState icon={Users} title="Nobody has called it yet">
            Each person whose token a program sends is listed here.
          </EmptyState>
        }
        columns={[
          { id: "name", header: "Whose token", cell: (row) => row.name, csv: (row) => row.name },
          { id: "requests", header: "Requests", align: "right", cell: (row) => <NumberValue value={row.requests} digits={0} />, csv: (row) => row.requests },
          { id: "first", header: "First", hideBelow: "md", cell: (row) => <Time at={row.firstCalledAt} />, csv: (row) => row.firstCalledAt.toISOString() },
          { id: "last", header: "Last", cell: (row) => <Time at={row.lastCalledAt} />, csv: (row) => row.lastCalledAt.toISOString() },
        ]}
      />
    </Card>
  );
}

function Revisions({ deployment }: { deployment: Deployment }) {
  return (
    <Card flush>
      <DataTable
        label="Who was live when"
        rows={deployment.revisions}
        rowKey={(row) => row.id}
        csvName={`${deployment.name}-history`}
        columns={[
          {
            id: "version",
            header: "Version",
            cell: (row) => <TextLink href={`/models/${row.version.modelName}/versions/${row.version.version}`}>{`v${row.version.version}`}</TextLink>,
            csv: (row) => row.version.version,
          },
          {
            id: "outcome",
            header: "Now",
            cell: (row) => (
              <StatusBadge
                variant="text"
                status={row.outcome === "replaced" ? "superseded" : row.outcome}
                label={row.outcome === "replaced" ? "Replaced" : undefined}
              />
            ),
            csv: (row) => row.outcome,
          },
          {
            id: "request",
            header: "Request",
            cell: (row) => <TextLink href={`/approvals/${row.changeRequest.number}`}>{`CR-${row.changeRequest.number}`}</TextLink>,
            csv: (row) => row.changeRequest.number,
          },
          {
            id: "by",
            header: "Asked, approved",
            hideBelow: "md",
            cell: (row) => [row.changeRequest.author.name, ...row.changeRequest.approvers].join(", "),
            csv: (row) => row.changeRequest.author.name,
          },
          { id: "commit", header: "Commit", mono: true, hideBelow: "lg", cell: (row) => row.commit.slice(0, 10), csv: (row) => row.commit },
          { id: "live", header: "Live", cell: (row) => (row.liveAt ? <Time at={row.liveAt} /> : "–"), csv: (row) => row.liveAt?.toISOString() ?? "" },
          { id: "ended", header: "Until", cell: (row) => (row.endedAt ? <Time at={row.endedAt} /> : "–"), csv: (row) => row.endedAt?.toISOString() ?? "" },
        ]}
      />
    </Card>
  );
}
