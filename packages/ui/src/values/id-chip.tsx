"use client";
import { clsx } from "clsx";
import { CopyButton } from "../buttons/copy-button.tsx";
import type { IconType } from "../foundation/types.ts";
import { Link } from "../links/link.tsx";
import { shortenId } from "./format.ts";

export interface IdChipProps {
  value: string;
  /** Words instead of the id; the id is still what is copied. */
  label?: string;
  icon?: IconType;
  /** true keeps head and tail of a digest; a number keeps that many first characters. */
  short?: boolean | number;
  copy?: boolean;
  href?: string;
  tone?: "neutral" | "accent" | "dashed";
  className?: string;
}

/** An id, version or commit in mono, with a copy button. */
export function IdChip({ value, label, icon: Icon, short = false, copy = false, href, tone = "neutral", className }: IdChipProps) {
  const words = label ?? (short === false ? value : shortenId(value, short === true ? undefined : short));
  const classes = clsx(
    "inline-flex h-5.5 max-w-full min-w-0 items-center gap-1 rounded-sm border px-1.5 font-mono text-xs font-medium whitespace-nowrap",
    tone === "neutral" && "border-line bg-surface text-ink-2",
    tone === "accent" && "border-accent bg-surface text-accent-ink",
    tone === "dashed" && "border-dashed border-accent bg-surface text-accent-ink",
    href !== undefined && "hover:border-line-strong hover:text-ink",
  );
  const content = (
    <>
      {Icon ? <Icon aria-hidden className="size-3 shrink-0" /> : null}
      <span className="truncate">{words}</span>
    </>
  );
  const title = words === value ? undefined : value;
  const chip =
    href === undefined ? (
      <span className={classes} title={title}>
        {content}
      </span>
    ) : (
      <Link href={href} className={classes} title={title}>
        {content}
      </Link>
    );
  if (!copy) return className ? <span className={className}>{chip}</span> : chip;
  return (
    <span className={clsx("inline-flex max-w-full min-w-0 items-center gap-0.5", className)}>
      {chip}
      <CopyButton value={value} label={`Copy ${words}`} className="size-5.5!" />
    </span>
  );
}
