import type { ComponentType } from "react";

/** What a colour means. `outline` is for things that ended without a verdict (cancelled, skipped). */
export type Tone = "neutral" | "accent" | "run" | "ok" | "cached" | "fail" | "err" | "warn" | "outline";

/** An icon of the set (lucide-react) or one drawn like it. */
export type IconType = ComponentType<{ className?: string; size?: number | string; "aria-hidden"?: boolean | "true" | "false" }>;

/** A moment: a Date, an ISO 8601 string or epoch milliseconds. */
export type Moment = Date | string | number;
