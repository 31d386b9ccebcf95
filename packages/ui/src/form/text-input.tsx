"use client";
import { clsx } from "clsx";
import type { InputHTMLAttributes, ReactNode, Ref, TextareaHTMLAttributes } from "react";
import { useControlWiring } from "../foundation/control-context.ts";
import type { IconType } from "../foundation/types.ts";
import { controlClasses } from "./control-classes.ts";

export interface TextInputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "size" | "prefix"> {
  ref?: Ref<HTMLInputElement>;
  icon?: IconType;
  prefix?: ReactNode;
  suffix?: ReactNode;
  mono?: boolean;
  size?: "sm" | "md";
  invalid?: boolean;
  onValueChange?: (value: string) => void;
}

/** One line of text. Inside a Field it takes the label, help and error from there. */
export function TextInput(props: TextInputProps) {
  const { icon: Icon, prefix, suffix, mono, size, invalid, onValueChange, onChange, className, id, required, ...rest } = props;
  const wiring = useControlWiring();
  const bad = invalid ?? wiring.invalid;
  return (
    <span className={controlClasses({ size, invalid: bad, className })}>
      {Icon ? <Icon aria-hidden className="size-4 shrink-0 text-ink-3" /> : null}
      {prefix === undefined ? null : <span className="shrink-0 text-sm text-ink-3">{prefix}</span>}
      <input
        type="text"
        {...rest}
        id={id ?? wiring.id}
        required={required ?? wiring.required}
        aria-invalid={bad || undefined}
        aria-describedby={rest["aria-describedby"] ?? wiring.describedBy}
        onChange={(event) => {
          onChange?.(event);
          onValueChange?.(event.target.value);
        }}
        className={clsx(
          "h-full min-w-0 flex-1 border-0 bg-transparent p-0 text-inherit outline-none placeholder:text-ink-3",
          mono ? "font-mono text-[0.93em]" : "font-sans",
        )}
      />
      {suffix === undefined ? null : <span className="shrink-0 text-xs text-ink-3">{suffix}</span>}
    </span>
  );
}

export interface TextAreaProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  ref?: Ref<HTMLTextAreaElement>;
  mono?: boolean;
  invalid?: boolean;
  onValueChange?: (value: string) => void;
}

/** Several lines of text. */
export function TextArea({ mono, invalid, onValueChange, onChange, className, id, required, rows = 4, ...rest }: TextAreaProps) {
  const wiring = useControlWiring();
  const bad = invalid ?? wiring.invalid;
  return (
    <textarea
      {...rest}
      rows={rows}
      id={id ?? wiring.id}
      required={required ?? wiring.required}
      aria-invalid={bad || undefined}
      aria-describedby={rest["aria-describedby"] ?? wiring.describedBy}
      onChange={(event) => {
        onChange?.(event);
        onValueChange?.(event.target.value);
      }}
      className={clsx(
        "w-full min-w-0 resize-y rounded-md border bg-surface px-2.5 py-1.5 text-ink placeholder:text-ink-3 disabled:opacity-60 max-md:text-lg",
        mono ? "font-mono text-sm" : "font-sans text-base",
        bad ? "border-fail" : "border-control/70 hover:border-control",
        className,
      )}
    />
  );
}
