"use client";
import { useNow } from "../foundation/use-now.ts";
import type { Moment } from "../foundation/types.ts";
import { epochOf, formatDuration } from "./format.ts";

export interface DurationProps {
  /** A finished length in milliseconds. */
  ms?: number | null;
  /** Or a start, and an end once there is one. */
  from?: Moment | null;
  to?: Moment | null;
  /** Counts up each second while there is no end. */
  live?: boolean;
  className?: string;
}

/** A length of time in words. Draws a dash while it cannot be known. */
export function Duration({ ms, from, to, live = false, className }: DurationProps) {
  const counting = live && ms === undefined && from != null && to == null;
  const now = useNow(1000, counting);
  const end = to == null ? (counting ? now : null) : epochOf(to);
  const length = ms ?? (from == null || end === null ? null : Math.max(0, end - epochOf(from)));
  // Whole seconds while counting: tenths would only flicker.
  const shown = length === null ? "–" : formatDuration(counting && length >= 1000 ? Math.floor(length / 1000) * 1000 : length);
  return <span className={className ?? "whitespace-nowrap"}>{shown}</span>;
}
