import { clsx } from "clsx";

/** Frame of every control that takes text or a choice. */
export function controlClasses(options: { size?: "sm" | "md" | undefined; invalid?: boolean | undefined; className?: string | undefined }) {
  return clsx(
    "flex w-full min-w-0 items-center gap-2 rounded-md border bg-surface text-ink transition-colors has-disabled:opacity-60",
    "focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-accent",
    options.size === "sm" ? "h-6.5 px-2 text-xs" : "h-8.5 px-2.5 text-base max-md:text-lg",
    options.invalid ? "border-fail" : "border-control/70 hover:border-control",
    options.className,
  );
}
