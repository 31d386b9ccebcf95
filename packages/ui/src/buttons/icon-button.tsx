"use client";
import { clsx } from "clsx";
import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, Ref } from "react";
import { Tooltip } from "../floats/tooltip.tsx";
import type { Side } from "../floats/tooltip.tsx";
import type { IconType } from "../foundation/types.ts";
import { Link } from "../links/link.tsx";

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** Name for readers and the tooltip. */
  label: string;
  icon: IconType;
  variant?: "ghost" | "secondary";
  size?: "sm" | "md";
  tooltipSide?: Side;
  /** Makes it a toggle. */
  pressed?: boolean;
  loading?: boolean;
  href?: string;
  ref?: Ref<HTMLButtonElement>;
}

/** A button that is only an icon: for universal ones, always with a label and a tooltip. */
export function IconButton(props: IconButtonProps) {
  const { label, icon: Icon, variant = "ghost", size = "md", tooltipSide, pressed, loading, href, className, ...rest } = props;
  const classes = clsx(
    "inline-grid shrink-0 place-items-center rounded-md border text-ink-2 transition-colors hover:bg-hover hover:text-ink disabled:pointer-events-none disabled:opacity-45",
    size === "sm" ? "size-6.5" : "size-8",
    variant === "secondary" ? "border-line-strong bg-surface" : "border-transparent",
    pressed && "bg-hover text-accent-ink",
    className,
  );
  const mark = loading ? <LoaderCircle aria-hidden className="size-4 animate-turn" /> : <Icon aria-hidden className={size === "sm" ? "size-3.5" : "size-4"} />;
  const element =
    href === undefined ? (
      <button type="button" {...rest} aria-label={label} aria-pressed={pressed} className={classes}>
        {mark}
      </button>
    ) : (
      <Link href={href} aria-label={label} className={classes}>
        {mark}
      </Link>
    );
  return (
    <Tooltip content={label} side={tooltipSide}>
      {element}
    </Tooltip>
  );
}
