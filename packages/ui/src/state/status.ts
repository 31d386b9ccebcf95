import {
  Archive,
  Ban,
  Bell,
  BellRing,
  Check,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleHelp,
  CircleMinus,
  CircleSlash,
  CircleX,
  Clock,
  CloudAlert,
  CloudOff,
  DatabaseZap,
  FileText,
  GitCommitHorizontal,
  GitMerge,
  GitPullRequestArrow,
  Heart,
  HeartCrack,
  HeartPulse,
  Hourglass,
  LoaderCircle,
  Plug,
  Radio,
  RefreshCw,
  RotateCcw,
  Stamp,
  TimerOff,
  TriangleAlert,
  Undo2,
  Unplug,
  Zap,
} from "lucide-react";
import { toneColor } from "../foundation/tones.ts";
import type { IconType, Tone } from "../foundation/types.ts";

/** How a state is drawn everywhere: never by colour alone. */
export interface StatusLook {
  tone: Tone;
  icon: IconType;
  word: string;
  /** Something is happening right now; the icon turns. */
  moving: boolean;
  /** Nothing more will happen by itself. */
  terminal: boolean;
}

const look = (tone: Tone, icon: IconType, word: string, end: "moving" | "open" | "terminal" = "terminal"): StatusLook => ({
  tone,
  icon,
  word,
  moving: end === "moving",
  terminal: end === "terminal",
});

const looks = {
  // runs, steps and attempts
  waiting: look("neutral", CircleDashed, "Waiting", "open"),
  blocked: look("neutral", CircleDashed, "Blocked", "open"),
  pending: look("neutral", CircleDashed, "Waiting", "open"),
  queued: look("neutral", Clock, "Queued", "open"),
  preparing: look("run", LoaderCircle, "Preparing", "moving"),
  starting: look("run", LoaderCircle, "Starting", "moving"),
  launching: look("run", LoaderCircle, "Launching", "moving"),
  running: look("run", LoaderCircle, "Running", "moving"),
  retrying: look("run", RotateCcw, "Retrying", "open"),
  succeeded: look("ok", CircleCheck, "Succeeded"),
  cached: look("cached", DatabaseZap, "Cached"),
  failed: look("fail", CircleX, "Failed"),
  errored: look("err", CloudAlert, "Errored"),
  timed_out: look("fail", TimerOff, "Timed out"),
  lost: look("err", CloudOff, "Lost"),
  cancelling: look("outline", LoaderCircle, "Cancelling", "moving"),
  cancelled: look("outline", Ban, "Cancelled"),
  skipped: look("outline", CircleSlash, "Skipped"),
  // change requests
  draft: look("neutral", FileText, "Draft", "open"),
  open: look("run", GitPullRequestArrow, "Open", "open"),
  approved: look("ok", Stamp, "Approved", "open"),
  committed: look("run", GitCommitHorizontal, "Committed", "open"),
  applying: look("run", LoaderCircle, "Applying", "moving"),
  applied: look("ok", CircleCheck, "Applied"),
  merged: look("ok", GitMerge, "Merged"),
  rejected: look("fail", CircleX, "Rejected"),
  withdrawn: look("outline", Undo2, "Withdrawn"),
  superseded: look("outline", CircleMinus, "Superseded"),
  closed: look("outline", CircleMinus, "Closed"),
  // deployments: agreement with git, then health
  synced: look("ok", Check, "In sync", "open"),
  out_of_sync: look("warn", RefreshCw, "Out of sync", "open"),
  unknown: look("neutral", CircleHelp, "Unknown", "open"),
  healthy: look("ok", Heart, "Healthy", "open"),
  progressing: look("run", LoaderCircle, "Progressing", "moving"),
  degraded: look("fail", HeartCrack, "Degraded", "open"),
  missing: look("outline", Unplug, "Missing", "open"),
  suspended: look("outline", HeartPulse, "Suspended", "open"),
  stopped: look("outline", CircleMinus, "Stopped"),
  live: look("ok", Radio, "Live", "open"),
  rolled_back: look("warn", Undo2, "Rolled back"),
  // alerts and drift
  firing: look("warn", BellRing, "Firing", "open"),
  acknowledged: look("neutral", Bell, "Acknowledged", "open"),
  resolved: look("ok", CircleCheck, "Resolved"),
  stable: look("ok", CircleCheck, "Stable", "open"),
  watch: look("warn", TriangleAlert, "Watch", "open"),
  drifted: look("fail", TriangleAlert, "Drifted", "open"),
  no_traffic: look("outline", CircleMinus, "No traffic yet", "open"),
  not_computable: look("outline", CircleSlash, "Not computable", "open"),
  insufficient: look("neutral", Hourglass, "Too little data", "open"),
  // checks and gates
  pass: look("ok", Check, "Passes", "open"),
  warn: look("warn", TriangleAlert, "Warns", "open"),
  fail: look("fail", CircleX, "Fails", "open"),
  // scaffolds
  planned: look("neutral", CircleDashed, "Planned", "open"),
  creating: look("run", LoaderCircle, "Creating", "moving"),
  created: look("ok", CircleCheck, "Created"),
  completed: look("ok", CircleCheck, "Completed"),
  // workers and versions
  online: look("ok", Plug, "Online", "open"),
  offline: look("outline", Unplug, "Offline", "open"),
  ready: look("ok", Zap, "Ready", "open"),
  registered: look("ok", CircleDot, "Registered", "open"),
  deprecated: look("outline", Archive, "Deprecated", "open"),
  archived: look("outline", Archive, "Archived"),
} satisfies Record<string, StatusLook>;

/** Every state that the product shows. */
export type Status = keyof typeof looks;

/** Which machine a state belongs to, where one word has two meanings. */
export type StatusKind = "run" | "step" | "attempt" | "change_request" | "sync" | "health" | "alert" | "drift" | "check" | "scaffold" | "worker" | "version";

// The same word said more precisely in its own machine.
const overrides: Partial<Record<StatusKind, Partial<Record<Status, Partial<StatusLook>>>>> = {
  change_request: {
    open: { word: "Waits for approval", icon: Hourglass },
    committed: { word: "Committed, not live yet" },
    failed: { word: "Could not be applied", icon: TriangleAlert },
  },
  scaffold: { running: { word: "Creating" }, succeeded: { word: "Created" }, failed: { word: "Could not be created" } },
  version: { pending: { word: "Uploading", icon: LoaderCircle, moving: true, tone: "run" }, ready: { icon: Check } },
  check: { unknown: { word: "Not checked", icon: CircleDashed } },
  health: { unknown: { word: "Health unknown" } },
  sync: { unknown: { word: "Sync unknown" } },
};

/** Whether a word is one of the known states. */
export function isStatus(word: string): word is Status {
  return Object.hasOwn(looks, word);
}

/** All known states, for galleries and tests. */
export const allStatuses: readonly Status[] = Object.keys(looks).filter(isStatus);

/** How to draw a state. An unknown word is drawn outlined with the word itself, so that new states never vanish. */
export function describeStatus(status: string, kind?: StatusKind): StatusLook {
  if (!isStatus(status)) {
    const words = status.replaceAll(/[_-]+/g, " ").trim() || "unknown";
    return look("outline", CircleHelp, words.charAt(0).toUpperCase() + words.slice(1), "open");
  }
  const override = kind === undefined ? undefined : overrides[kind]?.[status];
  return override ? { ...looks[status], ...override } : looks[status];
}

/** CSS colour of a state, for bars and strokes in SVG. */
export function statusColor(status: string): string {
  if (status === "queued") return "var(--color-queue)";
  return toneColor(describeStatus(status).tone);
}
