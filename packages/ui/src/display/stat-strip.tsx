import { clsx } from "clsx";
import type { CSSProperties, ReactNode } from "react";
import { toneIcon } from "../foundation/tones.ts";
import type { IconType, Tone } from "../foundation/types.ts";
import { Link } from "../links/link.tsx";

export interface StatItem {
  label: ReactNode;
  value: ReactNode;
  detail?: ReactNode;
  href?: string;
  icon?: IconType;
  tone?: Tone;
  /** Share of the width; 1 by default. */
  weight?: number;
}

function Cell({ item }: { item: StatItem }) {
  const Icon = item.icon;
  const value =
    item.href === undefined ? (
      item.value
    ) : (
      <Link href={item.href} className="text-accent-ink hover:underline">
        {item.value}
      </Link>
    );
  return (
    <div className="flow-root min-w-0 border-t border-l border-line px-4 py-2.5">
      <dt className="truncate text-xs text-ink-3">{item.label}</dt>
      <dd className="m-0 mt-0.5 flex min-w-0 items-center gap-1.5 text-sm">
        {Icon ? <Icon aria-hidden className={clsx("size-3.5 shrink-0", toneIcon[item.tone ?? "neutral"])} /> : null}
        <span className="min-w-0 truncate max-md:wrap-anywhere max-md:whitespace-normal">{value}</span>
      </dd>
      {item.detail === undefined ? null : <dd className="m-0 truncate text-xs text-ink-2 max-md:wrap-anywhere max-md:whitespace-normal">{item.detail}</dd>}
    </div>
  );
}

/** The strip of facts below a title: a label, a value and a quiet line each. Two columns on a phone. */
export function StatStrip({ items, label, className }: { items: StatItem[]; label?: string; className?: string }) {
  const columns: CSSProperties & Record<"--columns", string> = { "--columns": items.map((item) => `minmax(0, ${item.weight ?? 1}fr)`).join(" ") };
  return (
    <div className={clsx("overflow-hidden rounded-md border border-line bg-surface", className)}>
      <dl
        aria-label={label}
        style={columns}
        className="m-0 -mt-px -ml-px grid grid-cols-2 max-md:[&>*:last-child:nth-child(odd)]:col-span-2 md:grid-cols-3 lg:grid-cols-(--columns)"
      >
        {items.map((item, index) => (
          <Cell key={index} item={item} />
        ))}
      </dl>
    </div>
  );
}
