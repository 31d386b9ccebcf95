"use client";

import { useQuery } from "@tanstack/react-query";
import { Button, EmptyState, formatClock, formatDate, IconButton, Link, Skeleton, statusColor, TextLink, Tooltip, useNow } from "@trellis/ui";
import { CalendarDays, ChevronLeft, ChevronRight } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { PageFrame } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { layOutDay } from "./day-layout";
import { triggerWords } from "./trigger-words";

type TimelineRun = Outputs["pipelines"]["timeline"]["items"][number];

const MINUTE_MS = 60_000;
const HOURS = [0, 6, 12, 18];

/** The runs of all projects over one day, by time of day. */
export function RunsDay(props: { mine: boolean; matches(run: TimelineRun): boolean }) {
  // Which day it is depends on where the person is, which the server does not know.
  const now = useNow(MINUTE_MS);
  return now === null ? <Skeleton lines={6} /> : <ChosenDay {...props} now={now} />;
}

function ChosenDay({ mine, matches, now }: { mine: boolean; matches(run: TimelineRun): boolean; now: number }) {
  const trpc = useTRPC();
  const [chosen, setChosen] = useQueryState("day", parseAsString);
  const today = startOfDay(new Date(now));
  const from = chosen ? startOfDay(new Date(`${chosen}T00:00:00`)) : today;
  const to = shift(from, 1);
  const runs = useQuery(trpc.pipelines.timeline.queryOptions({ from, to, mine }));
  useLive("runs:*", trpc.pipelines.timeline.pathKey());
  const show = (day: Date): void => void setChosen(day.getTime() === today.getTime() ? null : dayText(day));
  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-4 py-2">
        <IconButton size="sm" icon={ChevronLeft} label="The day before" onClick={() => show(shift(from, -1))} />
        <span className="min-w-28 text-center text-sm font-medium">{formatDate(from)}</span>
        <IconButton size="sm" icon={ChevronRight} label="The day after" disabled={from >= today} onClick={() => show(to)} />
        {from.getTime() === today.getTime() ? null : (
          <Button size="sm" onClick={() => show(today)}>
            Today
          </Button>
        )}
      </div>
      <PageFrame query={runs}>{(page) => <Day runs={page.items.filter(matches)} truncated={page.truncated} from={from} to={to} now={now} />}</PageFrame>
    </>
  );
}

function Day({ runs, truncated, from, to, now }: { runs: TimelineRun[]; truncated: boolean; from: Date; to: Date; now: number }) {
  const lanes = layOutDay(runs, { from: from.getTime(), to: to.getTime(), now });
  if (lanes.length === 0)
    return (
      <EmptyState icon={CalendarDays} title="No runs on this day" compact>
        Look at another day, or take a filter away.
      </EmptyState>
    );
  return (
    <div className="px-4 pt-2 pb-4">
      <div aria-hidden className="relative ml-0 h-5 text-xs text-ink-3 md:ml-40">
        {HOURS.map((hour) => (
          <span key={hour} className="absolute" style={{ left: `${(hour / 24) * 100}%` }}>{`${String(hour).padStart(2, "0")}:00`}</span>
        ))}
      </div>
      <ul className="flex flex-col gap-2">
        {lanes.map((lane) => (
          <li key={lane.project} className="flex flex-col md:flex-row md:items-center">
            <TextLink href={`/projects/${lane.project}`} className="w-40 shrink-0 truncate pr-3 text-sm">
              {lane.project}
            </TextLink>
            <div className="relative min-w-0 flex-1 border-l border-line">
              {HOURS.slice(1).map((hour) => (
                <span key={hour} aria-hidden className="absolute inset-y-0 w-px bg-line" style={{ left: `${(hour / 24) * 100}%` }} />
              ))}
              {lane.rows.map((row) => (
                <div key={row[0]?.run.id} className="relative h-6">
                  {row.map(({ run, left, width }) => (
                    <Tooltip
                      key={run.id}
                      content={`${run.pipelineName}, run ${run.number}: ${run.status}, ${formatClock(run.createdAt)}${run.endedAt ? ` to ${formatClock(run.endedAt)}` : ""}, ${triggerWords(run.triggerKind)}`}
                    >
                      <Link
                        href={`/projects/${run.project.slug}/runs/${run.number}`}
                        aria-label={`${run.project.slug} run ${run.number}: ${run.status}`}
                        className="absolute inset-y-1 min-w-1 rounded-xs"
                        style={{ left: `${left * 100}%`, width: `${width * 100}%`, background: statusColor(run.status) }}
                      />
                    </Tooltip>
                  ))}
                </div>
              ))}
            </div>
          </li>
        ))}
      </ul>
      {truncated ? <p className="mt-3 text-xs text-ink-2">Only the newest 500 runs of the day are drawn.</p> : null}
    </div>
  );
}

/** Midnight, where the person is. */
function startOfDay(at: Date): Date {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate());
}

/** So many days later, also when clocks change in between. */
function shift(day: Date, days: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
}

function dayText(day: Date): string {
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}
