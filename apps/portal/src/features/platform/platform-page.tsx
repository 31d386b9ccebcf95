"use client";

import { useQuery } from "@tanstack/react-query";
import { Card, CardGrid, CheckList, PageHeader, TextLink, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { PageFrame, useCrumbs, usePerson } from "@/features/shell";
import { useTRPC } from "@/live/trpc";

/** What this portal runs on, whether it answers, and where to manage it. */
export function PlatformPage() {
  useCrumbs({ label: "Platform" });
  const trpc = useTRPC();
  const person = usePerson();
  const about = useQuery(trpc.providers.about.queryOptions());
  const templates = useQuery(trpc.scaffolder.templates.queryOptions());
  return (
    <>
      <PageHeader title="Platform" meta="Technology behind each capability, people, and what was done" />
      <CardGrid min={240}>
        <Card title={<TextLink href="/platform/people">People</TextLink>}>Roles, invitations, accounts.</Card>
        {person.atLeast("admin") ? <Card title={<TextLink href="/platform/audit">Audit log</TextLink>}>Every write: who, what, when.</Card> : null}
        <Card
          title={
            <TextLink external href="/api/v1/openapi.json">
              REST API
            </TextLink>
          }
        >
          The OpenAPI document of this portal.
        </Card>
      </CardGrid>
      <PageFrame query={about}>
        {(data) => (
          <div className="mt-4 grid items-start gap-4 lg:grid-cols-2">
            <Card title="Providers" flush>
              <DataTable
                label="Providers"
                rows={data.providers}
                rowKey={(row) => row.capability}
                columns={[
                  { id: "capability", header: "Capability", cell: (row) => row.capability },
                  { id: "technology", header: "Technology", cell: (row) => row.technology },
                  { id: "location", header: "Where", cell: (row) => <span className="break-all">{row.location}</span> },
                ]}
              />
            </Card>
            <Card
              title={`Trellis ${data.version}`}
              aside={
                <>
                  up since <Time at={data.startedAt} />
                </>
              }
              flush
            >
              <CheckList
                items={Object.entries(data.checks).map(([name, answer]) => ({
                  id: name,
                  state: answer === "ok" ? ("pass" as const) : ("fail" as const),
                  title: name,
                  detail: answer,
                }))}
              />
              <p className="px-4 py-3 text-sm text-ink-2">Database: {data.databaseKind === "pglite" ? "embedded PostgreSQL (PGlite)" : "PostgreSQL"}</p>
            </Card>
          </div>
        )}
      </PageFrame>
      <Card title="Templates" flush className="mt-4">
        <PageFrame query={templates}>
          {(items) => (
            <DataTable
              label="Templates"
              rows={items}
              rowKey={(row) => row.name}
              rowHref={(row) => `/create/${row.name}`}
              columns={[
                { id: "title", header: "Template", cell: (row) => row.title },
                { id: "version", header: "Version", mono: true, cell: (row) => row.version },
                { id: "owner", header: "Owner", cell: (row) => row.owner },
                { id: "projects", header: "Projects", align: "right", cell: (row) => row.projects },
                { id: "problem", header: "State", cell: (row) => row.problem ?? "Usable" },
              ]}
            />
          )}
        </PageFrame>
      </Card>
    </>
  );
}
