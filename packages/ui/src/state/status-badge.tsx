import { clsx } from "clsx";
import type { ReactNode } from "react";
import { toneIcon, toneInk, toneSoft } from "../foundation/tones.ts";
import { describeStatus } from "./status.ts";
import type { StatusKind } from "./status.ts";

export interface StatusBadgeProps {
  /** A state of the product; unknown words are drawn as they are. */
  status: string;
  kind?: StatusKind;
  /** Other words than the usual ones; the colour and icon stay. */
  label?: ReactNode;
  /** badge = pill; text = icon and word, for tables; icon = icon with a hidden word. */
  variant?: "badge" | "text" | "icon";
  size?: "sm" | "md";
  title?: string;
  className?: string;
}

/** The one way to show a state: colour, icon and word from one mapping. */
export function StatusBadge({ status, kind, label, variant = "badge", size = "md", title, className }: StatusBadgeProps) {
  const { tone, icon: Icon, word, moving } = describeStatus(status, kind);
  const turn = moving && "animate-turn";
  if (variant === "icon") {
    return (
      <span className={clsx("inline-grid shrink-0 place-items-center", toneIcon[tone], className)} title={title ?? word}>
        <Icon aria-hidden className={clsx(size === "sm" ? "size-3.5" : "size-4", turn)} />
        <span className="sr-only">{label ?? word}</span>
      </span>
    );
  }
  if (variant === "text") {
    return (
      <span className={clsx("inline-flex items-center gap-1.5 whitespace-nowrap", size === "sm" && "text-xs", className)} title={title}>
        <Icon aria-hidden className={clsx("size-3.5 shrink-0", toneIcon[tone], turn)} />
        <span className={clsx((tone === "fail" || tone === "err") && toneInk[tone])}>{label ?? word}</span>
      </span>
    );
  }
  return (
    <span
      title={title}
      className={clsx(
        "inline-flex items-center gap-1.25 rounded-full px-1.75 font-medium whitespace-nowrap",
        size === "sm" ? "h-4.5 text-2xs" : "h-5 text-xs",
        toneSoft[tone],
        className,
      )}
    >
      <Icon aria-hidden className={clsx("size-3.25 shrink-0", turn)} />
      {label ?? word}
    </span>
  );
}
