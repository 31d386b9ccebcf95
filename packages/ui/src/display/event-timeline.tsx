import { clsx } from "clsx";
import type { ReactNode } from "react";
import { toneFill, toneIcon } from "../foundation/tones.ts";
import type { IconType, Moment, Tone } from "../foundation/types.ts";
import { Time } from "../values/time.tsx";
import type { TimeProps } from "../values/time.tsx";

export interface TimelineEvent {
  id: string;
  at?: Moment | null;
  title: ReactNode;
  detail?: ReactNode;
  icon?: IconType;
  tone?: Tone;
  /** done = happened; current = now, ringed; todo = to come, hollow. */
  state?: "done" | "current" | "todo";
  by?: string;
}

function Mark({ event }: { event: TimelineEvent }) {
  const tone = event.tone ?? "neutral";
  if (event.icon) {
    const Icon = event.icon;
    return <Icon aria-hidden className={clsx("size-4 bg-surface py-px", toneIcon[tone])} />;
  }
  if (event.state === "current") return <span className="size-2.75 rounded-full border-2 border-accent bg-surface" />;
  if (event.state === "todo") return <span className="size-2 rounded-full border border-control bg-surface" />;
  return <span className={clsx("size-2 rounded-full", toneFill[tone])} />;
}

/** What happened and what follows, in order. */
export function EventTimeline({
  events,
  timeForm = "relative",
  label = "Events",
  className,
}: {
  events: TimelineEvent[];
  timeForm?: TimeProps["form"];
  label?: string;
  className?: string;
}) {
  return (
    <ol aria-label={label} className={clsx("m-0 list-none p-0 text-sm", className)}>
      {events.map((event, index) => (
        <li key={event.id} aria-current={event.state === "current" ? "step" : undefined} className="relative flex gap-2.5 pb-3 last:pb-0">
          {index < events.length - 1 ? <span aria-hidden className="absolute top-3 bottom-[-6px] left-[7.5px] w-px bg-line" /> : null}
          <span aria-hidden className="relative grid h-4.75 w-4 shrink-0 place-items-center">
            <Mark event={event} />
          </span>
          <div className="min-w-0 flex-1">
            <div className={clsx("wrap-anywhere", event.state === "todo" ? "text-ink-2" : "text-ink", event.state === "current" && "font-medium")}>
              {event.title}
            </div>
            {event.detail === undefined || event.detail === null ? null : <div className="text-xs wrap-anywhere text-ink-2">{event.detail}</div>}
          </div>
          {event.at == null && event.by === undefined ? null : (
            <span className="shrink-0 text-right text-xs leading-[19px] text-ink-2">
              {event.by === undefined ? null : (
                <>
                  {event.by}
                  {event.at == null ? null : ", "}
                </>
              )}
              {event.at == null ? null : <Time at={event.at} form={timeForm} />}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
