"use client";
import { useId, useState } from "react";
import type { ReactNode } from "react";
import { deferred } from "../foundation/deferred.ts";
import { TextInput } from "./text-input.tsx";

export interface ComboboxProps<T> {
  value: T | null;
  onValueChange: (value: T | null) => void;
  /** All choices, filtered here. */
  items?: T[];
  /** Or choices by question, such as from the server; keep it stable with useCallback. */
  load?: (query: string, signal: AbortSignal) => Promise<T[]>;
  itemKey: (item: T) => string;
  itemLabel: (item: T) => string;
  renderItem?: (item: T) => ReactNode;
  placeholder?: string;
  label?: string;
  emptyText?: string;
  disabled?: boolean;
  invalid?: boolean;
  size?: "sm" | "md";
  className?: string;
}

const float = deferred(() => import("./combobox-float.tsx"));

/** One of many, found by typing; the choices may come from the server. Its code comes when it is reached. */
export function Combobox<T>(props: ComboboxProps<T>) {
  const { value, itemLabel, placeholder = "Type to find", label, disabled, invalid, size, className } = props;
  const listId = useId();
  const [reached, setReached] = useState(false);
  const [typed, setTyped] = useState("");
  const loaded = float.useWhen(reached);
  if (loaded) return <loaded.ComboboxFloat {...props} typed={typed} />;
  return (
    <TextInput
      role="combobox"
      aria-expanded={false}
      aria-controls={listId}
      aria-haspopup="listbox"
      aria-label={label}
      autoComplete="off"
      value={value === null ? typed : itemLabel(value)}
      onValueChange={setTyped}
      placeholder={placeholder}
      disabled={disabled}
      invalid={invalid}
      size={size}
      className={className}
      onPointerEnter={float.preload}
      onFocus={() => setReached(true)}
    />
  );
}
