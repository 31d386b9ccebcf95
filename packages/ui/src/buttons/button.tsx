"use client";
import { clsx } from "clsx";
import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import type { IconType } from "../foundation/types.ts";
import { Link } from "../links/link.tsx";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger" | "danger-solid";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: ButtonVariant;
  size?: "sm" | "md";
  icon?: IconType;
  iconAfter?: IconType;
  /** Shows a turning mark and refuses clicks; the words stay. */
  loading?: boolean;
  /** Draws a link that looks like a button. */
  href?: string;
  ref?: Ref<HTMLButtonElement>;
}

const variants: Record<ButtonVariant, string> = {
  primary: "border-transparent bg-accent text-on-accent hover:bg-accent-strong",
  secondary: "border-line-strong bg-surface text-ink hover:bg-hover",
  ghost: "border-transparent bg-transparent text-ink hover:bg-hover",
  danger: "border-line-strong bg-surface text-fail-ink hover:bg-fail-soft",
  "danger-solid": "border-transparent bg-fail text-on-accent hover:brightness-95",
};

/** Classes of a button, for the rare element that must look like one. */
export function buttonClasses(variant: ButtonVariant = "secondary", size: "sm" | "md" = "md", className?: string) {
  return clsx(
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-sans font-medium whitespace-nowrap no-underline transition-colors select-none",
    "disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50 data-[disabled]:opacity-50",
    size === "sm" ? "h-6.5 px-2 text-xs" : "h-8 px-3 text-sm",
    variants[variant],
    className,
  );
}

function Words({
  icon: Icon,
  iconAfter: After,
  loading,
  size,
  children,
}: Pick<ButtonProps, "icon" | "iconAfter" | "loading" | "size"> & { children?: ReactNode }) {
  const iconSize = size === "sm" ? "size-3.5" : "size-4";
  return (
    <>
      {loading ? <LoaderCircle aria-hidden className={clsx(iconSize, "animate-turn")} /> : Icon ? <Icon aria-hidden className={iconSize} /> : null}
      {children}
      {After ? <After aria-hidden className={iconSize} /> : null}
    </>
  );
}

/** A button; its words are a verb ("Approve and deploy version 7"). */
export function Button(props: ButtonProps) {
  const {
    variant = "secondary",
    size = "md",
    icon,
    iconAfter,
    loading = false,
    href,
    className,
    children,
    disabled,
    type = "button",
    ref,
    onClick,
    ...rest
  } = props;
  const classes = buttonClasses(variant, size, className);
  const words = (
    <Words icon={icon} iconAfter={iconAfter} loading={loading} size={size}>
      {children}
    </Words>
  );
  if (href !== undefined && !disabled) {
    return (
      <Link href={href} className={classes} title={rest.title} aria-label={rest["aria-label"]}>
        {words}
      </Link>
    );
  }
  return (
    <button
      {...rest}
      ref={ref}
      type={type}
      className={classes}
      disabled={disabled}
      aria-disabled={loading || undefined}
      aria-busy={loading || undefined}
      onClick={loading ? (event) => event.preventDefault() : onClick}
    >
      {words}
    </button>
  );
}
