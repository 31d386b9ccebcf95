"use client";

import { useQuery } from "@tanstack/react-query";
import { Button, Card, EmptyState, LevelMeter, PageHeader, TextLink, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Plus, Sprout, Stamp } from "lucide-react";
import { AlertList } from "@/features/monitoring";
import { RunsTable } from "@/features/pipelines";
import { PageFrame, useCrumbs, usePerson } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { useTRPC } from "@/live/trpc";

/** What needs me now: approvals, what runs, alerts, my projects. */
export function HomePage() {
  useCrumbs({ label: "Home" });
  const trpc = useTRPC();
  const person = usePerson();
  const projects = useQuery(trpc.catalog.list.queryOptions({ mine: true, limit: 20 }));
  const everybody = useQuery(trpc.catalog.list.queryOptions({ limit: 1 }));
  useLive("projects", trpc.catalog.list.pathKey());
  useLive("runs:*", trpc.pipelines.runs.pathKey());
  useLive("approvals", trpc.delivery.changeRequests.pathKey());
  useLive("monitor:*", trpc.monitoring.pathKey());
  const isNew = projects.data?.items.length === 0 && everybody.data?.items.length === 0;
  if (isNew) {
    return (
      <>
        <PageHeader title="Welcome to Trellis" />
        <FirstVisit mayCreate={person.atLeast("data_scientist")} mayInvite={person.atLeast("admin")} />
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={`Good to see you, ${person.name.split(" ", 1)[0] ?? person.name}`}
        actions={
          person.atLeast("data_scientist") ? (
            <Button variant="primary" icon={Plus} href="/create">
              Create a project
            </Button>
          ) : null
        }
      />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_400px]">
        <div className="flex min-w-0 flex-col gap-4">
          <Waiting />
          <Running />
          <AlertList title="Open alerts" openOnly />
        </div>
        <MyProjects />
      </div>
    </>
  );
}

function FirstVisit({ mayCreate, mayInvite }: { mayCreate: boolean; mayInvite: boolean }) {
  return (
    <EmptyState
      icon={Sprout}
      title="Start a project"
      action={
        <span className="flex flex-wrap justify-center gap-2">
          {mayCreate ? (
            <Button variant="primary" icon={Plus} href="/create">
              Create a project
            </Button>
          ) : null}
          {mayInvite ? <Button href="/platform/people">Invite people</Button> : null}
        </span>
      }
    >
      {mayCreate
        ? "In a minute you have a repository, a pipeline that trains on real data, a registered model and a monitor."
        : "Nobody has created a project yet. That needs the role data scientist."}
    </EmptyState>
  );
}

function Waiting() {
  const trpc = useTRPC();
  const requests = useQuery(trpc.delivery.changeRequests.queryOptions({ box: "waiting", limit: 10 }));
  return (
    <Card title="Waits for you" aside={requests.data ? String(requests.data.counts.waiting) : undefined} flush>
      <PageFrame query={requests}>
        {(page) => (
          <DataTable
            label="Waits for you"
            rows={page.items}
            rowKey={(row) => row.id}
            rowHref={(row) => `/approvals/${row.number}`}
            empty={<EmptyState icon={Stamp} title="Nothing waits for you" compact />}
            columns={[
              { id: "number", header: "Request", width: 90, cell: (row) => <TextLink href={`/approvals/${row.number}`}>{`CR-${row.number}`}</TextLink> },
              { id: "what", header: "What", cell: (row) => row.headline },
              { id: "by", header: "Asked by", hideBelow: "md", cell: (row) => row.author.name },
              { id: "at", header: "Asked", cell: (row) => <Time at={row.createdAt} /> },
            ]}
          />
        )}
      </PageFrame>
    </Card>
  );
}

function Running() {
  const trpc = useTRPC();
  const runs = useQuery(trpc.pipelines.runs.queryOptions({ limit: 8 }));
  return (
    <Card title="Last runs" flush right={<TextLink href="/runs">All runs</TextLink>}>
      <PageFrame query={runs}>{(page) => <RunsTable rows={page.items} compact />}</PageFrame>
    </Card>
  );
}

function MyProjects() {
  const trpc = useTRPC();
  const projects = useQuery(trpc.catalog.list.queryOptions({ mine: true, limit: 20 }));
  const scores = useQuery(trpc.scorecards.list.queryOptions({ limit: 100 }));
  const levels = new Map((scores.data?.items ?? []).map((score) => [score.projectId, score]));
  return (
    <Card title="Your projects" right={<TextLink href="/projects">All projects</TextLink>}>
      <PageFrame query={projects}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="text-sm text-ink-3">You are not a member of a project yet.</p>
          ) : (
            <ul className="flex flex-col divide-y divide-line">
              {page.items.map((project) => {
                const score = levels.get(project.id);
                return (
                  <li key={project.id} className="flex items-start gap-3 py-3 first:pt-0 last:pb-0">
                    <div className="min-w-0 flex-1">
                      <TextLink href={`/projects/${project.slug}`}>{project.title}</TextLink>
                      {score?.next ? (
                        <p className="text-xs text-ink-3">
                          Next:{" "}
                          <TextLink quiet href={score.next.href}>
                            {score.next.title}
                          </TextLink>
                        </p>
                      ) : null}
                    </div>
                    {score ? <LevelMeter level={score.level} of={3} label={`Level ${score.level} of 3`} /> : null}
                  </li>
                );
              })}
            </ul>
          )
        }
      </PageFrame>
    </Card>
  );
}
