import type { ReactNode } from "react";

export interface PageHeaderProps {
  title: ReactNode;
  /** Badges beside the title. */
  status?: ReactNode;
  /** More beside the title, such as an alias chip. */
  titleAside?: ReactNode;
  /** The quiet line below the title. */
  meta?: ReactNode;
  /** Buttons; the last one is the main one. */
  actions?: ReactNode;
  /** The page's answer: a Finding. */
  finding?: ReactNode;
}

/** Head of a page: what it is, its state, the facts in one line, what can be done, and the answer. */
export function PageHeader({ title, status, titleAside, meta, actions, finding }: PageHeaderProps) {
  return (
    <div className="mb-4">
      <div className="flex items-start gap-x-4 gap-y-3 max-md:flex-wrap">
        <div className="min-w-0 flex-1 max-md:basis-full">
          <div className="flex min-h-8 flex-wrap items-center gap-x-2 gap-y-1">
            <h1 className="m-0 text-xl font-medium tracking-[-0.01em] wrap-anywhere">{title}</h1>
            {status}
            {titleAside}
          </div>
          {meta === undefined ? null : (
            <div className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-2 [&_a]:underline [&_a]:decoration-current/40">{meta}</div>
          )}
        </div>
        {actions === undefined ? null : (
          <div className="flex shrink-0 flex-wrap items-center gap-2 max-md:max-w-full max-md:min-w-0 max-md:shrink">{actions}</div>
        )}
      </div>
      {finding === undefined ? null : <div className="mt-3">{finding}</div>}
    </div>
  );
}
