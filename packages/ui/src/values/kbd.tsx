import { clsx } from "clsx";
import type { ReactNode } from "react";

/** A key of the keyboard. */
export function Kbd({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <kbd className={clsx("inline-block rounded-sm border border-line bg-sunken px-1 font-mono text-2xs leading-4 font-medium text-ink-3", className)}>
      {children}
    </kbd>
  );
}
