"use client";
import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";
import { clsx } from "clsx";
import type { ReactNode } from "react";
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
  return (
    <ToggleGroup
      aria-label={label}
      value={[value]}
      onValueChange={(next) => {
        const chosen = items.find((item) => item.value === next[0]);
        if (chosen) onChange(chosen.value);
      }}
      className="inline-flex overflow-hidden rounded-md border border-line-strong bg-surface"
    >
      {items.map(({ value: own, label: words, icon: Icon, title }) => (
        <Toggle
          key={own}
          value={own}
          title={title}
          className={clsx(
            "inline-flex items-center gap-1.5 border-0 border-line px-2.5 font-sans text-xs whitespace-nowrap outline-offset-[-2px] transition-colors not-first:border-l",
            size === "sm" ? "h-6.5" : "h-7.5",
            own === value ? "bg-hover font-medium text-ink" : "bg-surface text-ink-2 hover:text-ink",
          )}
        >
          {Icon ? <Icon aria-hidden className="size-3.5" /> : null}
          {words}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
