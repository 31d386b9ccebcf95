"use client";
import type { ReactNode } from "react";
import { Select as Base } from "@base-ui/react/select";
import { clsx } from "clsx";
import { Check, ChevronDown } from "lucide-react";
import { floatClasses } from "../floats/float-classes.ts";
import { useControlWiring } from "../foundation/control-context.ts";
import { controlClasses } from "./control-classes.ts";

export interface SelectOption<V extends string> {
  value: V;
  label: ReactNode;
  description?: ReactNode;
  disabled?: boolean;
}

export interface SelectProps<V extends string> {
  options: readonly SelectOption<V>[];
  value?: V | null;
  defaultValue?: V;
  onValueChange?: (value: V) => void;
  placeholder?: string;
  name?: string;
  id?: string;
  size?: "sm" | "md";
  /** Name for readers outside a Field. */
  label?: string;
  disabled?: boolean;
  invalid?: boolean;
  className?: string;
}

/** The list and its trigger. It is loaded because it was opened, so it starts open. */
export function SelectFloat<V extends string>(props: SelectProps<V>) {
  const { options, value, onValueChange, placeholder = "Choose", name, id, size, label, disabled, invalid, className } = props;
  const wiring = useControlWiring();
  const bad = invalid ?? wiring.invalid;
  return (
    <Base.Root<V>
      items={options.map((option) => ({ value: option.value, label: option.label }))}
      value={value}
      defaultOpen
      onValueChange={(next) => {
        if (next !== null) onValueChange?.(next);
      }}
      name={name}
      disabled={disabled}
      required={wiring.required}
      modal={false}
    >
      <Base.Trigger
        id={id ?? wiring.id}
        aria-label={label}
        aria-labelledby={label === undefined && wiring.labelId ? wiring.labelId : undefined}
        aria-describedby={wiring.describedBy}
        aria-invalid={bad || undefined}
        className={clsx(controlClasses({ size, invalid: bad, className }), "text-left font-sans data-[disabled]:opacity-60")}
      >
        <Base.Value className="min-w-0 flex-1 truncate data-[placeholder]:text-ink-3" placeholder={placeholder} />
        <Base.Icon>
          <ChevronDown aria-hidden className="size-4 text-ink-3" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} collisionPadding={8} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className={clsx(floatClasses, "max-h-[min(22rem,var(--available-height))] min-w-(--anchor-width) overflow-y-auto p-1")}>
            <Base.List>
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled}
                  className="flex min-h-8 cursor-default items-start gap-2 rounded-sm px-2 py-1.5 text-sm outline-none select-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover"
                >
                  <span className="grid size-4 shrink-0 place-items-center pt-0.5">
                    <Base.ItemIndicator>
                      <Check aria-hidden className="size-3.5 text-accent-ink" />
                    </Base.ItemIndicator>
                  </span>
                  <span className="min-w-0 flex-1">
                    <Base.ItemText>{option.label}</Base.ItemText>
                    {option.description === undefined ? null : <span className="block text-xs text-ink-3">{option.description}</span>}
                  </span>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
