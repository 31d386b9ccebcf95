"use client";
import { Checkbox as BaseCheckbox } from "@base-ui/react/checkbox";
import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { clsx } from "clsx";
import { Check, Minus } from "lucide-react";
import { useId } from "react";
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

/** On or off, at once. */
export function Switch({ checked, defaultChecked, onCheckedChange, label, hideLabel = false, disabled, name, className }: SwitchProps) {
  const id = useId();
  return (
    <span className={clsx("inline-flex items-center gap-1.5 align-middle", disabled && "opacity-60", className)}>
      <BaseSwitch.Root
        aria-labelledby={id}
        checked={checked}
        defaultChecked={defaultChecked}
        onCheckedChange={(next) => onCheckedChange?.(next)}
        disabled={disabled}
        name={name}
        className="relative h-4 w-6.5 shrink-0 rounded-full border-0 bg-control p-0 transition-colors data-[checked]:bg-accent"
      >
        <BaseSwitch.Thumb className="block size-3 translate-x-0.5 rounded-full bg-on-accent transition-[translate] data-[checked]:translate-x-3 dark:data-[unchecked]:bg-ink" />
      </BaseSwitch.Root>
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
  const { checked, defaultChecked, onCheckedChange, label, hideLabel = false, disabled, name, indeterminate, description, className } = props;
  const id = useId();
  return (
    <span className={clsx("inline-flex items-start gap-2 align-middle", disabled && "opacity-60", className)}>
      <BaseCheckbox.Root
        aria-labelledby={id}
        aria-describedby={description === undefined ? undefined : `${id}-more`}
        checked={checked}
        defaultChecked={defaultChecked}
        indeterminate={indeterminate}
        onCheckedChange={(next) => onCheckedChange?.(next)}
        disabled={disabled}
        name={name}
        className={clsx(
          "grid size-4 shrink-0 place-items-center rounded-sm border border-control bg-surface p-0 text-on-accent data-[checked]:border-accent data-[checked]:bg-accent data-[indeterminate]:border-accent data-[indeterminate]:bg-accent",
          !hideLabel && "mt-0.5",
        )}
      >
        <BaseCheckbox.Indicator>
          {indeterminate ? <Minus aria-hidden className="size-3" strokeWidth={3} /> : <Check aria-hidden className="size-3" strokeWidth={3} />}
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      <span className={hideLabel ? "sr-only" : "min-w-0 text-sm"}>
        <span id={id}>{label}</span>
        {description === undefined ? null : (
          <span id={`${id}-more`} className="block text-xs text-ink-3">
            {description}
          </span>
        )}
      </span>
    </span>
  );
}
