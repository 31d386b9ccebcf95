"use client";
import { clsx } from "clsx";
import { useId } from "react";
import type { ReactNode } from "react";
import type { IconType } from "../foundation/types.ts";

export interface RadioCard<V extends string> {
  value: V;
  title: ReactNode;
  description?: ReactNode;
  icon?: IconType;
  aside?: ReactNode;
  disabled?: boolean;
}

const columnClasses = { 1: "grid-cols-1", 2: "md:grid-cols-2", 3: "md:grid-cols-2 lg:grid-cols-3" };

/** One of a few that need a sentence each, such as templates. */
export function RadioCards<V extends string>(props: {
  items: RadioCard<V>[];
  value: V | null;
  onChange: (value: V) => void;
  label: string;
  columns?: 1 | 2 | 3;
}) {
  const { items, value, onChange, label, columns = 2 } = props;
  const name = useId();
  return (
    <div role="radiogroup" aria-label={label} className={clsx("grid gap-3", columnClasses[columns])}>
      {items.map((item) => {
        const Icon = item.icon;
        return (
          <label
            key={item.value}
            className={clsx(
              "flex items-start gap-3 rounded-md border p-3 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent",
              item.value === value ? "border-accent bg-accent-soft/40" : "border-line bg-surface hover:border-line-strong",
              item.disabled && "opacity-60",
            )}
          >
            <input
              type="radio"
              name={name}
              value={item.value}
              checked={item.value === value}
              onChange={() => onChange(item.value)}
              disabled={item.disabled}
              className="mt-0.5 grid size-4 shrink-0 appearance-none place-items-center rounded-full border border-control bg-surface outline-none before:size-2 before:rounded-full checked:border-accent checked:before:bg-accent"
            />
            <span className="min-w-0 flex-1">
              <span className="flex items-center gap-2 text-base font-medium">
                {Icon ? <Icon aria-hidden className="size-4 text-ink-3" /> : null}
                <span className="min-w-0 flex-1">{item.title}</span>
                {item.aside}
              </span>
              {item.description === undefined ? null : <span className="mt-0.5 block text-sm text-ink-2">{item.description}</span>}
            </span>
          </label>
        );
      })}
    </div>
  );
}
