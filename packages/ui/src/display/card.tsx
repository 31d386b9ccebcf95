import { clsx } from "clsx";
import type { ElementType, ReactNode } from "react";
import type { IconType } from "../foundation/types.ts";

export interface CardProps {
  title?: ReactNode;
  /** Quiet words beside the title, such as "4 of 8 done". */
  aside?: ReactNode;
  /** Controls or a link at the right of the head. */
  right?: ReactNode;
  icon?: IconType;
  children?: ReactNode;
  /** Body without padding, for tables and lists. */
  flush?: boolean;
  footer?: ReactNode;
  className?: string;
  id?: string;
  as?: ElementType;
  level?: 2 | 3;
}

/** A flat surface with a head (a title that says the finding where it is known), a body and a foot. */
export function Card({ title, aside, right, icon: Icon, children, flush = false, footer, className, id, as: Tag = "section", level = 2 }: CardProps) {
  const Heading = level === 2 ? "h2" : "h3";
  const hasHead = title !== undefined || right !== undefined || aside !== undefined;
  return (
    <Tag id={id} className={clsx("min-w-0 overflow-clip rounded-md border border-line bg-surface", className)}>
      {hasHead ? (
        <header className="flex min-h-11 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-4 py-1.5">
          {Icon ? <Icon aria-hidden className="size-4 shrink-0 text-ink-3" /> : null}
          {title === undefined ? null : <Heading className="m-0 text-base font-medium">{title}</Heading>}
          {aside === undefined ? null : <span className="text-xs text-ink-2">{aside}</span>}
          {right === undefined ? null : <div className="ml-auto flex flex-wrap items-center gap-2">{right}</div>}
        </header>
      ) : null}
      {flush ? children : <div className="px-4 py-3">{children}</div>}
      {footer === undefined ? null : <footer className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-2 text-xs text-ink-2">{footer}</footer>}
    </Tag>
  );
}

/** Cards side by side where there is room, below each other where not. */
export function CardGrid({ children, min = 280, className }: { children: ReactNode; min?: number; className?: string }) {
  return (
    <div className={clsx("grid gap-4", className)} style={{ gridTemplateColumns: `repeat(auto-fit, minmax(min(${min}px, 100%), 1fr))` }}>
      {children}
    </div>
  );
}
