"use client";

import { useQuery } from "@tanstack/react-query";
import { Badge, Notice, PageHeader, TextLink } from "@trellis/ui";
import { Markdown, PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { ExperimentActions } from "./experiment-actions";
import { RunsView } from "./runs-view";

type Experiment = Outputs["tracking"]["experiment"];

/** One experiment: all its runs in a table that the person makes their own. */
export function ExperimentPage({ experiment }: { experiment: string }) {
  const trpc = useTRPC();
  const found = useQuery(trpc.tracking.experiment.queryOptions({ experimentId: Number(experiment) }));
  useLive(`experiment:${experiment}`, trpc.tracking.experiment.pathKey());
  useCrumbs({ label: "Experiments", href: "/experiments" }, { label: found.data?.name ?? "Experiment" });
  return <PageFrame query={found}>{(data) => <ExperimentDetail experiment={data} />}</PageFrame>;
}

function ExperimentDetail({ experiment }: { experiment: Experiment }) {
  const note = experiment.tags["mlflow.note.content"];
  const tags = Object.entries(experiment.tags).filter(([key]) => !key.startsWith("mlflow."));
  return (
    <>
      <PageHeader
        title={experiment.name}
        status={experiment.deletedAt ? <Badge tone="warn">Deleted</Badge> : null}
        meta={
          <>
            <span>
              in <TextLink href={`/projects/${experiment.project.slug}`}>{experiment.project.slug}</TextLink>
            </span>
            <span>id {experiment.id}</span>
            {tags.map(([key, value]) => (
              <span key={key} className="font-mono text-xs wrap-anywhere">
                {key}={value}
              </span>
            ))}
          </>
        }
        actions={<ExperimentActions experiment={experiment} />}
      />
      {experiment.deletedAt ? (
        <Notice tone="warn" className="mb-4" title="This experiment is deleted">
          Its runs can be read until retention removes them with their files. Restore it to go on.
        </Notice>
      ) : null}
      {note ? (
        <div className="mb-4">
          <Markdown source={note} />
        </div>
      ) : null}
      <RunsView experiment={experiment} />
    </>
  );
}
