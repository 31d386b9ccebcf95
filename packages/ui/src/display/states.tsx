"use client";
import { clsx } from "clsx";
import { CircleCheck, CircleX, Clock, Info, RotateCcw, TriangleAlert } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import { Button } from "../buttons/button.tsx";
import { messageOf } from "../foundation/message-of.ts";
import type { IconType } from "../foundation/types.ts";

export interface EmptyStateProps {
  icon?: IconType;
  title: ReactNode;
  /** One sentence that teaches. */
  children?: ReactNode;
  /** One thing to do. */
  action?: ReactNode;
  compact?: boolean;
  className?: string;
}

/** What a place shows while it holds nothing: one sentence and one action. */
export function EmptyState({ icon: Icon, title, children, action, compact = false, className }: EmptyStateProps) {
  return (
    <div className={clsx("flex flex-col items-center gap-1 px-4 text-center", compact ? "py-6" : "py-12", className)}>
      {Icon ? <Icon aria-hidden className="mb-2 size-6 text-ink-3" /> : null}
      <p className="m-0 font-medium">{title}</p>
      {children === undefined ? null : <div className="max-w-[56ch] text-sm text-ink-2">{children}</div>}
      {action === undefined ? null : <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

export interface ErrorStateProps {
  title?: ReactNode;
  /** An Error or anything with a message. */
  error?: unknown;
  /** Words instead of the error's own. */
  message?: ReactNode;
  onRetry?: () => void;
  action?: ReactNode;
  compact?: boolean;
}

/** What a place shows when it could not be loaded: what happened and what to do next. */
export function ErrorState({ title = "This could not be loaded", error, message, onRetry, action, compact = false }: ErrorStateProps) {
  return (
    <div role="alert" className={clsx("flex flex-col items-center gap-1 px-4 text-center", compact ? "py-6" : "py-12")}>
      <CircleX aria-hidden className="mb-2 size-6 text-fail" />
      <p className="m-0 font-medium">{title}</p>
      <div className="max-w-[64ch] text-sm wrap-anywhere text-ink-2">{message ?? messageOf(error)}</div>
      {onRetry || action ? (
        <div className="mt-3 flex gap-2">
          {onRetry ? (
            <Button icon={RotateCcw} onClick={onRetry}>
              Try again
            </Button>
          ) : null}
          {action}
        </div>
      ) : null}
    </div>
  );
}

/** A grey place for what is on its way; keeps the page from jumping. */
export function Skeleton({
  width,
  height = 14,
  lines = 1,
  className,
}: {
  width?: number | string;
  height?: number | string;
  lines?: number;
  className?: string;
}) {
  const bar = (index: number): CSSProperties => ({ width: lines > 1 && index === lines - 1 ? "60%" : (width ?? "100%"), height });
  return (
    <span aria-hidden className={clsx("flex flex-col gap-2", className)}>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className="block animate-breathe rounded-sm bg-hover" style={bar(index)} />
      ))}
    </span>
  );
}

const notices = {
  ok: { icon: CircleCheck, classes: "border-ok/40 bg-ok-soft", ink: "text-ok-ink" },
  warn: { icon: TriangleAlert, classes: "border-warn/50 bg-warn-soft", ink: "text-warn-ink" },
  fail: { icon: CircleX, classes: "border-fail/40 bg-fail-soft", ink: "text-fail-ink" },
  run: { icon: Clock, classes: "border-run/40 bg-run-soft", ink: "text-run-ink" },
  neutral: { icon: Info, classes: "border-line bg-sunken", ink: "text-ink-2" },
};

export type NoticeTone = keyof typeof notices;

/** A message inside a page. Failures are announced. */
export function Notice({
  tone,
  title,
  children,
  action,
  className,
}: {
  tone: NoticeTone;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  const { icon: Icon, classes, ink } = notices[tone];
  return (
    <div role={tone === "fail" ? "alert" : "note"} className={clsx("flex items-start gap-2 rounded-md border px-3 py-2 text-sm", classes, className)}>
      <Icon aria-hidden className={clsx("mt-0.5 size-4 shrink-0", ink)} />
      <div className="min-w-0 flex-1">
        {title === undefined ? null : <div className="font-medium">{title}</div>}
        {children === undefined ? null : <div className={clsx("wrap-anywhere", title !== undefined && "text-ink-2")}>{children}</div>}
      </div>
      {action === undefined ? null : <div className="flex shrink-0 gap-2">{action}</div>}
    </div>
  );
}

const findingTones = { ok: "text-ok", warn: "text-warn-ink", fail: "text-fail", run: "text-run", neutral: "text-ink-3" };

/** The answer of a page: one sentence with an icon, right below its title. */
export function Finding({ tone = "neutral", icon, children, className }: { tone?: NoticeTone; icon?: IconType; children: ReactNode; className?: string }) {
  const Icon = icon ?? notices[tone].icon;
  return (
    <p className={clsx("m-0 flex items-start gap-2 text-base", className)}>
      <Icon aria-hidden className={clsx("mt-0.5 size-4 shrink-0", findingTones[tone])} />
      <span className="min-w-0 wrap-anywhere">{children}</span>
    </p>
  );
}
