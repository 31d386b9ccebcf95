import { clsx } from "clsx";
import type { ReactNode } from "react";
import { toneSoft } from "../foundation/tones.ts";
import type { IconType, Tone } from "../foundation/types.ts";

/** A word in a pill that is not a state of the product (those are StatusBadge). */
export function Badge({ tone = "neutral", icon: Icon, children, className }: { tone?: Tone; icon?: IconType; children: ReactNode; className?: string }) {
  return (
    <span className={clsx("inline-flex h-5 items-center gap-1.25 rounded-full px-1.75 text-xs font-medium whitespace-nowrap", toneSoft[tone], className)}>
      {Icon ? <Icon aria-hidden className="size-3.25 shrink-0" /> : null}
      {children}
    </span>
  );
}

/** A small number in a circle, such as unread or waiting things; nothing at zero. */
export function CountBadge({ count, label, className }: { count: number; label?: string; className?: string }) {
  if (count <= 0) return null;
  return (
    <span
      className={clsx("inline-grid h-4.5 min-w-4.5 place-items-center rounded-full bg-accent-soft px-1.25 text-2xs font-medium text-accent-ink", className)}
    >
      <span aria-hidden={label !== undefined}>{count > 99 ? "99+" : count}</span>
      {label === undefined ? null : <span className="sr-only">{`${count} ${label}`}</span>}
    </span>
  );
}
