"use client";
import { clsx } from "clsx";
import { Check, Minus } from "lucide-react";
import { useId, useState } from "react";
import type { ReactNode } from "react";

interface ToggleProps {
  checked?: boolean;
  defaultChecked?: boolean;
  onCheckedChange?: (checked: boolean) => void;
  label: ReactNode;
  hideLabel?: boolean;
  disabled?: boolean;
  name?: string;
  className?: string;
}

export type SwitchProps = ToggleProps;

/** What is shown: the caller's value, or an own one that starts at the default. */
function useChecked({ checked, defaultChecked = false, onCheckedChange }: ToggleProps): [boolean, (next: boolean) => void] {
  const [own, setOwn] = useState(defaultChecked);
  return [
    checked ?? own,
    (next) => {
      setOwn(next);
      onCheckedChange?.(next);
    },
  ];
}

/** On or off, at once. */
export function Switch(props: SwitchProps) {
  const { label, hideLabel = false, disabled, name, className } = props;
  const [on, setOn] = useChecked(props);
  const id = useId();
  return (
    <span className={clsx("inline-flex items-center gap-1.5 align-middle", disabled && "opacity-60", className)}>
      <button
        type="button"
        role="switch"
        aria-labelledby={id}
        aria-checked={on}
        disabled={disabled}
        onClick={() => setOn(!on)}
        className={clsx("relative h-4 w-6.5 shrink-0 rounded-full border-0 p-0 transition-colors", on ? "bg-accent" : "bg-control")}
      >
        <span className={clsx("block size-3 rounded-full bg-on-accent transition-[translate]", on ? "translate-x-3" : "translate-x-0.5 dark:bg-ink")} />
      </button>
      {name !== undefined && on ? <input type="hidden" name={name} value="on" /> : null}
      <span id={id} className={hideLabel ? "sr-only" : "text-xs font-medium"}>
        {label}
      </span>
    </span>
  );
}

export interface CheckboxProps extends ToggleProps {
  indeterminate?: boolean;
  description?: ReactNode;
}

/** One yes or no in a form or a row. */
export function Checkbox(props: CheckboxProps) {
  const { label, hideLabel = false, disabled, name, indeterminate = false, description, className } = props;
  const [on, setOn] = useChecked(props);
  const id = useId();
  const Mark = indeterminate ? Minus : Check;
  return (
    <span className={clsx("inline-flex items-start gap-2 align-middle", disabled && "opacity-60", className)}>
      <span className={clsx("relative grid size-4 shrink-0 place-items-center", !hideLabel && "mt-0.5")}>
        <input
          type="checkbox"
          id={id}
          ref={(element) => {
            if (element) element.indeterminate = indeterminate;
          }}
          aria-describedby={description === undefined ? undefined : `${id}-more`}
          checked={on}
          onChange={(event) => setOn(event.target.checked)}
          disabled={disabled}
          name={name}
          className="absolute inset-0 m-0 appearance-none rounded-sm border border-control bg-surface checked:border-accent checked:bg-accent indeterminate:border-accent indeterminate:bg-accent"
        />
        {on || indeterminate ? <Mark aria-hidden className="pointer-events-none relative size-3 text-on-accent" strokeWidth={3} /> : null}
      </span>
      <span className={hideLabel ? "sr-only" : "min-w-0 text-sm"}>
        <label htmlFor={id}>{label}</label>
        {description === undefined ? null : (
          <span id={`${id}-more`} className="block text-xs text-ink-3">
            {description}
          </span>
        )}
      </span>
    </span>
  );
}
