"use client";

import { useQuery } from "@tanstack/react-query";
import {
  AvatarStack,
  Badge,
  Button,
  Card,
  CopyButton,
  Duration,
  EmptyState,
  ErrorState,
  Notice,
  PageHeader,
  PromotionPath,
  RunStrip,
  ScorecardList,
  Skeleton,
  StatusBadge,
  TextLink,
  Time,
} from "@trellis/ui";
import { CirclePlay, Settings } from "lucide-react";
import { BackfillsCard, RunsTable, StartRunButton, TriggersCard } from "@/features/pipelines";
import { Markdown, PageFrame, useCrumbs, useOrigin } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";

type Project = Outputs["catalog"]["get"];

/** One project: how far along the path is it, and what is the next step? */
export function ProjectPage({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const project = useQuery(trpc.catalog.get.queryOptions({ project: slug }));
  useLive(
    project.data ? `project:${project.data.id}` : null,
    trpc.catalog.get.pathKey(),
    trpc.catalog.readme.pathKey(),
    trpc.pipelines.ofProject.pathKey(),
    trpc.scorecards.pathKey(),
  );
  useLive(project.data ? `runs:${project.data.id}` : null, trpc.pipelines.pathKey(), trpc.scorecards.pathKey());
  useLive("deployments", trpc.delivery.promotion.pathKey());
  useCrumbs({ label: "Projects", href: "/projects" }, { label: slug });
  return <PageFrame query={project}>{(data) => (data.repository === "" ? <PersonalProject project={data} /> : <ProjectDetail project={data} />)}</PageFrame>;
}

/** What a person's notebooks log without naming a project: experiments and models, no repository and no pipeline. */
function PersonalProject({ project }: { project: Project }) {
  return (
    <>
      <PageHeader
        title={project.title}
        status={<Badge tone="outline">Private</Badge>}
        meta={<span className="font-mono">{project.slug}</span>}
        actions={
          <Button variant="primary" href={`/experiments?project=${project.slug}`}>
            Experiments
          </Button>
        }
      />
      <div className="flex flex-col gap-4">
        <Notice tone="neutral">
          Here lands what you log without naming a project. An experiment that others should see can be moved to their project, on its page.
        </Notice>
        <Promotion slug={project.slug} />
      </div>
    </>
  );
}

function ProjectDetail({ project }: { project: Project }) {
  const origin = useOrigin();
  const cloneUrl = `${origin}/git/${project.repository}.git`;
  return (
    <>
      <PageHeader
        title={project.title}
        status={project.visibility === "private" ? <Badge tone="outline">Private</Badge> : undefined}
        meta={
          <>
            <span className="font-mono">{project.slug}</span>
            {project.description ? <span>{project.description}</span> : null}
            {project.template ? <span>{`${project.template} ${project.templateVersion ?? ""}`}</span> : null}
            <AvatarStack names={project.members.map((member) => member.name)} />
            <TextLink href={`/experiments?project=${project.slug}`}>Experiments</TextLink>
          </>
        }
        actions={
          <>
            <CopyButton value={cloneUrl} text="Copy clone URL" />
            {project.abilities.manage ? (
              <Button icon={Settings} href={`/projects/${project.slug}/settings`}>
                Settings
              </Button>
            ) : null}
          </>
        }
      />
      <div className="flex flex-col gap-4">
        <Promotion slug={project.slug} />
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_360px]">
          <div className="flex min-w-0 flex-col gap-4">
            <Pipelines project={project} />
            <TriggersCard project={project} />
            <Backfills project={project} />
            <RecentRuns project={project} />
            <Readme project={project} />
          </div>
          <Scorecard slug={project.slug} />
        </div>
      </div>
    </>
  );
}

function Promotion({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const promotion = useQuery(trpc.delivery.promotion.queryOptions({ project: slug }));
  if (promotion.isPending) return <Skeleton lines={3} />;
  if (promotion.isError) return <ErrorState compact error={promotion.error} onRetry={() => void promotion.refetch()} />;
  const { environments, models } = promotion.data;
  if (models.length === 0)
    return <Notice tone="neutral">No model is registered yet. A successful run of a pipeline with a register section makes version 1.</Notice>;
  return (
    <>
      {models.map(({ model, latest, cells }) => (
        <Card key={model.id} title={<TextLink href={`/models/${encodeURIComponent(model.name)}`}>{model.name}</TextLink>} aside="from training to production">
          <PromotionPath
            label={`Path of ${model.name}`}
            environments={[
              {
                id: "registered",
                name: "Registered",
                version: latest ? (
                  <TextLink href={`/models/${encodeURIComponent(model.name)}/versions/${latest.version}`}>{`v${latest.version}`}</TextLink>
                ) : undefined,
                empty: "No version",
              },
              ...environments.map((environment) => {
                const card = cells[environment.name];
                return {
                  id: environment.id,
                  name: environment.name,
                  empty: "Not deployed",
                  ...(card
                    ? {
                        href: `/deployments/${card.name}`,
                        version: card.live ? `v${card.live.version}` : undefined,
                        status: <StatusBadge status={card.health} kind="health" />,
                        since: card.liveSince ? <Time at={card.liveSince} /> : undefined,
                      }
                    : {}),
                  ...(card?.openRequest
                    ? {
                        pending: {
                          id: String(card.openRequest.number),
                          title: <TextLink href={`/approvals/${card.openRequest.number}`}>{`CR-${card.openRequest.number}`}</TextLink>,
                          to: card.openRequest.version ? `v${card.openRequest.version}` : undefined,
                        },
                      }
                    : {}),
                };
              }),
            ]}
          />
        </Card>
      ))}
    </>
  );
}

function Pipelines({ project }: { project: Project }) {
  const trpc = useTRPC();
  const pipelines = useQuery(trpc.pipelines.ofProject.queryOptions({ project: project.slug }));
  return (
    <Card title="Pipelines" flush>
      <PageFrame query={pipelines}>
        {(data) => (
          <>
            {data.problem ? (
              <div className="p-4">
                <Notice tone="fail" title={`trellis.yaml at ${data.problem.commit.slice(0, 8)} is not valid`}>
                  {data.problem.message}
                </Notice>
              </div>
            ) : null}
            <ul className="divide-y divide-line">
              {data.pipelines.map((pipeline) => (
                <li key={pipeline.id} className="flex flex-wrap items-center gap-4 px-4 py-3">
                  <div className="min-w-40 flex-1">
                    <p className="font-medium">{pipeline.name}</p>
                    <p className="text-sm text-ink-2">{pipeline.description}</p>
                  </div>
                  <RunStrip
                    label={`Last runs of ${pipeline.name}`}
                    runs={pipeline.lastRuns.toReversed().map((run) => ({
                      id: run.id,
                      status: run.status,
                      href: `/projects/${project.slug}/runs/${run.number}`,
                      label: `Run ${run.number}: ${run.status}`,
                    }))}
                  />
                  <span className="text-xs text-ink-3">
                    {pipeline.usualSeconds ? (
                      <>
                        usually <Duration ms={pipeline.usualSeconds * 1000} />
                      </>
                    ) : null}{" "}
                    {pipeline.version ? `v${pipeline.version.number}` : ""}
                  </span>
                  {project.abilities.write && pipeline.spec ? <StartRunButton slug={project.slug} pipeline={pipeline.spec} /> : null}
                </li>
              ))}
            </ul>
            {data.pipelines.length === 0 ? (
              <EmptyState icon={CirclePlay} title="No pipelines" compact>
                Declare one in trellis.yaml and push it to main.
              </EmptyState>
            ) : null}
          </>
        )}
      </PageFrame>
    </Card>
  );
}

function Backfills({ project }: { project: Project }) {
  const trpc = useTRPC();
  const pipelines = useQuery(trpc.pipelines.ofProject.queryOptions({ project: project.slug }));
  if (!pipelines.data) return null;
  return <BackfillsCard project={project} pipelines={pipelines.data.pipelines.flatMap(({ spec, removedAt }) => (spec && !removedAt ? [spec] : []))} />;
}

function RecentRuns({ project }: { project: Project }) {
  const trpc = useTRPC();
  const runs = useQuery(trpc.pipelines.runs.queryOptions({ project: project.id, limit: 10 }));
  return (
    <Card title="Last runs" flush right={<TextLink href={`/runs?search=${project.slug}`}>All runs</TextLink>}>
      <PageFrame query={runs}>{(page) => <RunsTable rows={page.items} showProject={false} compact />}</PageFrame>
    </Card>
  );
}

function Readme({ project }: { project: Project }) {
  const trpc = useTRPC();
  const readme = useQuery(trpc.catalog.readme.queryOptions({ project: project.slug }));
  if (!readme.data?.text) return null;
  return (
    <Card title="README.md">
      <Markdown source={readme.data.text} resolveUrl={() => null} />
    </Card>
  );
}

function Scorecard({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const scorecard = useQuery(trpc.scorecards.ofProject.queryOptions({ project: slug }));
  return (
    <Card title="Maturity" aside={scorecard.data ? `level ${scorecard.data.level} of 3` : undefined}>
      <PageFrame query={scorecard}>
        {(data) => (
          <ScorecardList
            levels={data.levels.map((level) => ({
              id: String(level.level),
              name: level.title,
              passed: level.passed,
              total: level.total,
              reached: level.level <= data.level,
              checks: data.checks
                .filter((check) => check.level === level.level)
                .map((check) => ({
                  id: check.id,
                  name: check.title,
                  state: check.result,
                  detail: check.evidence,
                  ...(check.href ? { href: check.href } : {}),
                })),
            }))}
            next={
              data.next
                ? {
                    title: data.next.title,
                    action: (
                      <Button size="sm" href={data.next.href}>
                        {data.next.action}
                      </Button>
                    ),
                  }
                : undefined
            }
          />
        )}
      </PageFrame>
    </Card>
  );
}
