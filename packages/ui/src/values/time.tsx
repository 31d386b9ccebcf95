"use client";
import { useNow } from "../foundation/use-now.ts";
import { useIsClient } from "../foundation/use-is-client.ts";
import type { Moment } from "../foundation/types.ts";
import { epochOf, formatAbsolute, formatClock, formatDate, formatRelative } from "./format.ts";

export interface TimeProps {
  at: Moment;
  form?: "relative" | "absolute" | "clock" | "date";
  className?: string;
}

function localWords(time: number): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" }).format(time);
}

function words(form: NonNullable<TimeProps["form"]>, time: number, now: number | null): string {
  switch (form) {
    case "clock":
      return formatClock(time);
    case "date":
      return formatDate(time);
    case "absolute":
      return formatAbsolute(time);
    case "relative":
      return now === null ? formatAbsolute(time) : formatRelative(time, now);
  }
}

/**
 * A moment: relative by default, absolute in UTC and in the reader's zone on hover. The server and the first draw in the
 * browser show the absolute time, so hydration agrees; then it becomes relative and ticks.
 */
export function Time({ at, form = "relative", className }: TimeProps) {
  const time = epochOf(at);
  const client = useIsClient();
  const now = useNow(5000, form === "relative");
  if (!Number.isFinite(time)) return <span className={className}>unknown time</span>;
  const title = client ? `${formatAbsolute(time)}\n${localWords(time)}` : formatAbsolute(time);
  return (
    <time dateTime={new Date(time).toISOString()} title={title} className={className ?? "whitespace-nowrap"}>
      {words(form, time, now)}
    </time>
  );
}
