"use client";

import { useQuery } from "@tanstack/react-query";
import { Badge, Button, Card, CardGrid, EmptyState, Notice, PageHeader, StatusBadge, TextLink, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Blocks } from "lucide-react";
import { PageFrame, useCrumbs, usePerson } from "@/features/shell";
import { useTRPC } from "@/live/trpc";

/** The first step of the wizard: which kind of project. */
export function TemplatesPage() {
  useCrumbs({ label: "Create" });
  const trpc = useTRPC();
  const person = usePerson();
  const templates = useQuery(trpc.scaffolder.templates.queryOptions());
  const mayCreate = person.atLeast("data_scientist");
  return (
    <>
      <PageHeader title="Create a project" meta="A repository, a pipeline with its first run, a model name and a monitor, from a template." />
      {mayCreate ? null : <Notice tone="neutral">You can look at templates. Creating a project needs the role data scientist; ask an administrator.</Notice>}
      <PageFrame query={templates}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState icon={Blocks} title="There are no templates">
              Put a folder with a template.yaml into packages/templates.
            </EmptyState>
          ) : (
            <CardGrid min={340}>
              {items.map((template) => (
                <Card key={template.name} title={template.title} right={<span className="font-mono text-xs text-ink-3">v{template.version}</span>}>
                  <div className="flex flex-col gap-3">
                    <p className="text-sm text-ink-2">{template.description}</p>
                    <ul className="list-disc pl-5 text-sm text-ink-2">
                      {template.makes.map((thing) => (
                        <li key={thing}>{thing}</li>
                      ))}
                    </ul>
                    <div className="flex flex-wrap items-center gap-2 text-xs text-ink-3">
                      {template.tags.map((tag) => (
                        <Badge key={tag}>{tag}</Badge>
                      ))}
                      <span>by {template.owner}</span>
                      <span>{template.projects === 1 ? "1 project uses it" : `${template.projects} projects use it`}</span>
                    </div>
                    {template.problem ? <Notice tone="fail">{template.problem}</Notice> : null}
                    <div>
                      <Button variant="primary" href={`/create/${template.name}`} disabled={!mayCreate || template.problem !== null}>
                        Use this template
                      </Button>
                    </div>
                  </div>
                </Card>
              ))}
            </CardGrid>
          )
        }
      </PageFrame>
      {mayCreate ? <OwnTasks /> : null}
    </>
  );
}

function OwnTasks() {
  const trpc = useTRPC();
  const tasks = useQuery(trpc.scaffolder.tasks.queryOptions({ limit: 10 }));
  if (!tasks.data || tasks.data.items.length === 0) return null;
  return (
    <Card title="What you created lately" flush className="mt-6">
      <DataTable
        label="What you created lately"
        rows={tasks.data.items}
        rowKey={(row) => row.id}
        rowHref={(row) => `/create/tasks/${row.id}`}
        columns={[
          { id: "slug", header: "Project", cell: (row) => <TextLink href={`/create/tasks/${row.id}`}>{row.slug}</TextLink> },
          { id: "template", header: "Template", cell: (row) => row.template },
          { id: "status", header: "Status", cell: (row) => <StatusBadge variant="text" status={row.status} kind="scaffold" /> },
          { id: "steps", header: "Steps", align: "right", cell: (row) => `${row.stepsDone} of ${row.stepsTotal}` },
          { id: "at", header: "Asked", cell: (row) => <Time at={row.createdAt} /> },
        ]}
      />
    </Card>
  );
}
