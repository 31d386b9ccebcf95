"use client";
import { clsx } from "clsx";
import { ChevronDown } from "lucide-react";
import { useId, useState } from "react";
import { useControlWiring } from "../foundation/control-context.ts";
import { deferred } from "../foundation/deferred.ts";
import { controlClasses } from "./control-classes.ts";
import type { SelectProps } from "./select-float.tsx";

export type { SelectOption, SelectProps } from "./select-float.tsx";

const float = deferred(() => import("./select-float.tsx"));

/** One of several, in a list; typing jumps to a match. The list's code comes when it opens first. */
export function Select<V extends string>(props: SelectProps<V>) {
  const [own, setOwn] = useState<V | null>(props.defaultValue ?? null);
  const [opened, setOpened] = useState(false);
  const loaded = float.useWhen(opened);
  const value = props.value === undefined ? own : props.value;
  if (!loaded) return <ClosedSelect {...props} value={value} preload={float.preload} onOpen={() => setOpened(true)} />;
  const choose = (next: V): void => {
    setOwn(next);
    props.onValueChange?.(next);
  };
  return <loaded.SelectFloat {...props} value={value} onValueChange={choose} />;
}

function ClosedSelect<V extends string>(props: SelectProps<V> & { preload: () => void; onOpen: () => void }) {
  const { options, value, placeholder = "Choose", name, id, size, label, disabled, invalid, className, preload, onOpen } = props;
  const wiring = useControlWiring();
  const bad = invalid ?? wiring.invalid;
  const listId = useId();
  const chosen = options.find((option) => option.value === value);
  return (
    <>
      <button
        type="button"
        role="combobox"
        aria-haspopup="listbox"
        aria-expanded={false}
        aria-controls={listId}
        id={id ?? wiring.id}
        aria-label={label}
        aria-labelledby={label === undefined && wiring.labelId ? wiring.labelId : undefined}
        aria-describedby={wiring.describedBy}
        aria-invalid={bad || undefined}
        disabled={disabled}
        onPointerEnter={preload}
        onFocus={preload}
        onClick={onOpen}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          onOpen();
        }}
        className={clsx(controlClasses({ size, invalid: bad, className }), "text-left font-sans")}
      >
        <span className={clsx("min-w-0 flex-1 truncate", !chosen && "text-ink-3")}>{chosen ? chosen.label : placeholder}</span>
        <ChevronDown aria-hidden className="size-4 text-ink-3" />
      </button>
      {name === undefined ? null : <input type="hidden" name={name} value={value ?? ""} />}
    </>
  );
}
