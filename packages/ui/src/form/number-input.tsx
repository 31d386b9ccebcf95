"use client";
import { Minus, Plus } from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";
import { useControlWiring } from "../foundation/control-context.ts";
import { controlClasses } from "./control-classes.ts";
import { readNumber, stepNumber, withinRange } from "./number-steps.ts";

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
  const { value, defaultValue, onValueChange, min, max, step = 1, unit, name, id, label, disabled, placeholder, invalid, size, className } = props;
  const wiring = useControlWiring();
  const bad = invalid ?? wiring.invalid;
  const [own, setOwn] = useState<number | null>(defaultValue ?? null);
  // What is being typed may not be a number yet; it is kept until the field is left.
  const [draft, setDraft] = useState<string | null>(null);
  const current = value === undefined ? own : value;
  const range = { min, max, step };

  function change(next: number | null) {
    setOwn(next);
    if (next !== current) onValueChange?.(next);
  }
  function stepBy(steps: number) {
    setDraft(null);
    change(stepNumber(current, steps, range));
  }
  function leave() {
    setDraft(null);
    if (current !== null) change(withinRange(current, range));
  }
  return (
    <span className={controlClasses({ size, invalid: bad, className })}>
      <input
        type="text"
        inputMode="decimal"
        autoComplete="off"
        id={id ?? wiring.id}
        name={name}
        aria-label={label}
        aria-invalid={bad || undefined}
        aria-describedby={wiring.describedBy}
        required={wiring.required}
        disabled={disabled}
        placeholder={placeholder}
        value={draft ?? (current === null ? "" : String(current))}
        onChange={(event) => {
          setDraft(event.target.value);
          const read = readNumber(event.target.value);
          if (read !== undefined) change(read);
        }}
        onBlur={leave}
        onKeyDown={(event) => {
          const steps = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
          if (steps === 0) return;
          event.preventDefault();
          stepBy(event.shiftKey ? steps * 10 : steps);
        }}
        className="h-full min-w-0 flex-1 border-0 bg-transparent p-0 font-sans text-inherit outline-none placeholder:text-ink-3"
      />
      {unit === undefined ? null : <span className="shrink-0 text-xs text-ink-3">{unit}</span>}
      <span className="-mr-2 flex h-full">
        <button
          type="button"
          tabIndex={-1}
          aria-label="Decrease"
          disabled={disabled || (min !== undefined && current !== null && current <= min)}
          onClick={() => stepBy(-1)}
          className={stepClasses}
        >
          <Minus aria-hidden className="size-3.5" />
        </button>
        <button
          type="button"
          tabIndex={-1}
          aria-label="Increase"
          disabled={disabled || (max !== undefined && current !== null && current >= max)}
          onClick={() => stepBy(1)}
          className={stepClasses}
        >
          <Plus aria-hidden className="size-3.5" />
        </button>
      </span>
    </span>
  );
}
