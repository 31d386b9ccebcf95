"use client";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { moveFocusInGroup } from "../foundation/roving-focus.ts";
import type { IconType } from "../foundation/types.ts";

export interface Segment<V extends string> {
  value: V;
  label: ReactNode;
  icon?: IconType;
  title?: string;
}

/** One of a few, all visible: views, ranges, themes. */
export function SegmentedControl<V extends string>(props: { items: Segment<V>[]; value: V; onChange: (value: V) => void; label: string; size?: "sm" | "md" }) {
  const { items, value, onChange, label, size = "sm" } = props;
  const stop = items.some((item) => item.value === value) ? value : items[0]?.value;
  return (
    <div
      role="toolbar"
      tabIndex={-1}
      aria-label={label}
      onKeyDown={moveFocusInGroup}
      className="inline-flex overflow-hidden rounded-md border border-line-strong bg-surface"
    >
      {items.map(({ value: own, label: words, icon: Icon, title }) => (
        <button
          key={own}
          type="button"
          title={title}
          aria-pressed={own === value}
          tabIndex={own === stop ? 0 : -1}
          onClick={() => {
            if (own !== value) onChange(own);
          }}
          className={clsx(
            "inline-flex items-center gap-1.5 border-0 border-line px-2.5 font-sans text-xs whitespace-nowrap outline-offset-[-2px] transition-colors not-first:border-l",
            size === "sm" ? "h-6.5" : "h-7.5",
            own === value ? "bg-hover font-medium text-ink" : "bg-surface text-ink-2 hover:text-ink",
          )}
        >
          {Icon ? <Icon aria-hidden className="size-3.5" /> : null}
          {words}
        </button>
      ))}
    </div>
  );
}
