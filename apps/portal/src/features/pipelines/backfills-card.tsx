"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { datesBetween, isDay, MAX_DATES } from "@trellis/core/pipelines/domain/date-range.ts";
import type { PipelineSpec } from "@trellis/core/pipelines/domain/pipeline-spec.ts";
import { Button, Card, ConfirmDialog, Dialog, Field, Notice, NumberInput, ProgressBar, SegmentedControl, Select, TextInput, TextLink, Time } from "@trellis/ui";
import { CalendarRange, Square } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";

type Backfill = Outputs["pipelines"]["backfills"][number];
type Project = { id: string; slug: string; abilities: { write: boolean } };

/** Runs over a range of dates: how far each backfill is, and the form for a new one. */
export function BackfillsCard({ project, pipelines }: { project: Project; pipelines: PipelineSpec[] }) {
  const trpc = useTRPC();
  const backfills = useQuery(trpc.pipelines.backfills.queryOptions({ project: project.slug }));
  useLive(`project:${project.id}`, trpc.pipelines.backfills.pathKey());
  const [open, setOpen] = useState(false);
  const dated = pipelines.filter((pipeline) => dateParameters(pipeline).length > 0);
  const rows = backfills.data ?? [];
  if (rows.length === 0 && (dated.length === 0 || !project.abilities.write)) return null;
  return (
    <Card
      title="Backfills"
      flush={rows.length > 0}
      right={
        project.abilities.write && dated.length > 0 ? (
          <Button size="sm" icon={CalendarRange} onClick={() => setOpen(true)}>
            New backfill
          </Button>
        ) : null
      }
    >
      {rows.length === 0 ? <p className="text-sm text-ink-2">One run for each date of a range, so many at a time.</p> : null}
      {rows.length > 0 ? (
        <ul className="divide-y divide-line">
          {rows.map((row) => (
            <BackfillRow key={row.id} row={row} project={project} />
          ))}
        </ul>
      ) : null}
      {open ? <BackfillDialog slug={project.slug} pipelines={dated} onClose={() => setOpen(false)} /> : null}
    </Card>
  );
}

function BackfillRow({ row, project }: { row: Backfill; project: Project }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const cancel = useMutation(
    trpc.pipelines.cancelBackfill.mutationOptions({ onSuccess: () => client.invalidateQueries({ queryKey: trpc.pipelines.backfills.pathKey() }) }),
  );
  const [asking, setAsking] = useState(false);
  const { counts } = row;
  const open = row.cancelledAt ? 0 : counts.total - counts.succeeded - counts.failed - counts.cancelled;
  const ended = counts.succeeded + counts.failed + counts.cancelled;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-52 flex-1">
        <p>
          <span className="font-medium">{row.pipelineName}</span> {`${row.parameter} from ${row.dates[0] ?? ""} to ${row.dates.at(-1) ?? ""}`}
        </p>
        <p className="text-xs text-ink-2">
          {`${row.requestedByName}, `}
          <Time at={row.createdAt} />
          {`, ${row.concurrency} at a time`}
          {row.cancelledAt ? `, cancelled by ${row.cancelledByName ?? ""}` : ""}
          {" · "}
          <TextLink href={`/runs?search=${project.slug}&trigger=backfill`}>Runs</TextLink>
        </p>
        {row.problem ? <Notice tone="fail">{row.problem}</Notice> : null}
      </div>
      <div className="w-48">
        <ProgressBar label={`${ended} of ${counts.total} dates have ended`} value={ended} max={counts.total} tone={counts.failed > 0 ? "warn" : "run"} />
        <p className="mt-1 text-xs text-ink-2">{`${ended} of ${counts.total}${counts.running > 0 ? `, ${counts.running} running` : ""}${counts.failed > 0 ? `, ${counts.failed} failed` : ""}`}</p>
      </div>
      {project.abilities.write && open > 0 ? (
        <Button size="sm" variant="danger" icon={Square} onClick={() => setAsking(true)}>
          Cancel
        </Button>
      ) : null}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Cancel the backfill"
        description="No more runs of it are made, and those that have not ended are cancelled."
        confirmLabel="Cancel backfill"
        cancelLabel="Let it run"
        danger
        onConfirm={() => cancel.mutateAsync({ backfillId: row.id })}
      />
    </li>
  );
}

function BackfillDialog({ slug, pipelines, onClose }: { slug: string; pipelines: PipelineSpec[]; onClose(): void }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [name, setName] = useState(pipelines[0]?.name ?? "");
  const pipeline = pipelines.find((candidate) => candidate.name === name) ?? pipelines[0];
  const parameters = pipeline ? dateParameters(pipeline) : [];
  const [chosen, setChosen] = useState("");
  const parameter = parameters.includes(chosen) ? chosen : (parameters[0] ?? "");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [every, setEvery] = useState<"day" | "week" | "month">("day");
  const [concurrency, setConcurrency] = useState<number | null>(2);
  const start = useMutation(
    trpc.pipelines.startBackfill.mutationOptions({
      onSuccess: async () => {
        await client.invalidateQueries({ queryKey: trpc.pipelines.backfills.pathKey() });
        onClose();
      },
    }),
  );
  const isWhole = isDay(from) && isDay(to);
  const dates = isWhole ? datesBetween(from, to, every) : [];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (pipeline && dates.length > 0) start.mutate({ project: slug, pipeline: pipeline.name, parameter, from, to, every, concurrency: concurrency ?? 1 });
  };
  const fault = (text: string): string | undefined => (text !== "" && !isDay(text) ? "Write a day, e.g. 2001-02-28" : undefined);
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title="New backfill"
      description="One run for each date, oldest first. Other parameters keep their defaults."
    >
      <form noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {start.error ? <Notice tone="fail">{start.error.message}</Notice> : null}
        {pipelines.length > 1 ? (
          <Field label="Pipeline">
            <Select options={pipelines.map((one) => ({ value: one.name, label: one.name }))} value={name} onValueChange={setName} />
          </Field>
        ) : null}
        <Field label="Parameter that is given the date">
          <Select options={parameters.map((one) => ({ value: one, label: one }))} value={parameter} onValueChange={setChosen} />
        </Field>
        <div className="grid grid-cols-2 gap-4">
          <Field label="From" error={fault(from)}>
            <TextInput value={from} placeholder="2001-01-01" onValueChange={setFrom} />
          </Field>
          <Field label="To, included" error={fault(to)}>
            <TextInput value={to} placeholder="2001-01-31" onValueChange={setTo} />
          </Field>
        </div>
        <SegmentedControl
          label="Every"
          value={every}
          onChange={setEvery}
          items={[
            { value: "day", label: "Each day" },
            { value: "week", label: "Each week" },
            { value: "month", label: "Each month" },
          ]}
        />
        <Field label="Runs at the same time">
          <NumberInput value={concurrency} min={1} max={100} onValueChange={setConcurrency} />
        </Field>
        <p className="text-sm text-ink-2">
          {dates.length === 0
            ? "Choose the first and the last date."
            : dates.length > MAX_DATES
              ? `More than ${MAX_DATES} dates; choose a shorter range.`
              : `${dates.length} ${dates.length === 1 ? "run" : "runs"}, the last for ${dates.at(-1) ?? ""}.`}
        </p>
        <Button type="submit" variant="primary" icon={CalendarRange} loading={start.isPending} disabled={dates.length === 0 || dates.length > MAX_DATES}>
          Start backfill
        </Button>
      </form>
    </Dialog>
  );
}

/** Parameters that can hold a date: text of any value. */
function dateParameters(pipeline: PipelineSpec): string[] {
  return Object.entries(pipeline.parameters).flatMap(([name, spec]) => (spec.type === "string" && spec.choices === null ? [name] : []));
}
