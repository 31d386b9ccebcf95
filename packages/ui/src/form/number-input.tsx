"use client";
import { NumberField } from "@base-ui/react/number-field";
import { Minus, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useControlWiring } from "../foundation/control-context.ts";
import { controlClasses } from "./control-classes.ts";

export interface NumberInputProps {
  value?: number | null;
  defaultValue?: number;
  onValueChange?: (value: number | null) => void;
  min?: number;
  max?: number;
  step?: number;
  unit?: ReactNode;
  name?: string;
  id?: string;
  label?: string;
  disabled?: boolean;
  placeholder?: string;
  invalid?: boolean;
  size?: "sm" | "md";
  className?: string;
}

const stepClasses = "grid h-full w-6 place-items-center border-0 bg-transparent text-ink-3 hover:text-ink disabled:opacity-40";

/** A number with steps by button and arrow keys; empty is null. */
export function NumberInput(props: NumberInputProps) {
  const { value, defaultValue, onValueChange, min, max, step, unit, name, id, label, disabled, placeholder, invalid, size, className } = props;
  const wiring = useControlWiring();
  const bad = invalid ?? wiring.invalid;
  return (
    <NumberField.Root
      id={id ?? wiring.id}
      value={value}
      defaultValue={defaultValue}
      onValueChange={(next) => onValueChange?.(next)}
      min={min}
      max={max}
      step={step}
      name={name}
      disabled={disabled}
      required={wiring.required}
      format={{ maximumFractionDigits: 12, useGrouping: false }}
    >
      <NumberField.Group className={controlClasses({ size, invalid: bad, className })}>
        <NumberField.Input
          aria-label={label}
          aria-invalid={bad || undefined}
          aria-describedby={wiring.describedBy}
          placeholder={placeholder}
          className="h-full min-w-0 flex-1 border-0 bg-transparent p-0 font-sans text-inherit outline-none placeholder:text-ink-3"
        />
        {unit === undefined ? null : <span className="shrink-0 text-xs text-ink-3">{unit}</span>}
        <span className="-mr-2 flex h-full">
          <NumberField.Decrement aria-label="Decrease" className={stepClasses}>
            <Minus aria-hidden className="size-3.5" />
          </NumberField.Decrement>
          <NumberField.Increment aria-label="Increase" className={stepClasses}>
            <Plus aria-hidden className="size-3.5" />
          </NumberField.Increment>
        </span>
      </NumberField.Group>
    </NumberField.Root>
  );
}
