"use client";
import { useId, useState } from "react";
import { deferred } from "../foundation/deferred.ts";
import { TextInput } from "./text-input.tsx";
import type { ComboboxProps } from "./combobox-float.tsx";

export type { ComboboxProps } from "./combobox-float.tsx";

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
