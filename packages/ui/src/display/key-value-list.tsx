import { clsx } from "clsx";
import { Fragment } from "react";
import type { ReactNode } from "react";

export interface KeyValue {
  label: ReactNode;
  value: ReactNode;
  mono?: boolean;
  help?: ReactNode;
}

/** Facts as name and value. */
export function KeyValueList({ items, columns = 1, className }: { items: KeyValue[]; columns?: 1 | 2; className?: string }) {
  return (
    <dl
      className={clsx(
        "m-0 grid gap-x-4 gap-y-1.5 text-sm",
        columns === 1
          ? "grid-cols-[max-content_minmax(0,1fr)]"
          : "grid-cols-[max-content_minmax(0,1fr)] md:grid-cols-[max-content_minmax(0,1fr)_max-content_minmax(0,1fr)]",
        className,
      )}
    >
      {items.map((item, index) => (
        <Fragment key={index}>
          <dt className="text-ink-3">{item.label}</dt>
          <dd className={clsx("m-0 min-w-0 wrap-anywhere", item.mono && "font-mono text-[12.5px]")}>
            {item.value}
            {item.help === undefined ? null : <div className="font-sans text-xs text-ink-3">{item.help}</div>}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
