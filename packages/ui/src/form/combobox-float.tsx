"use client";
import type { ReactNode } from "react";
import { Combobox as Base } from "@base-ui/react/combobox";
import { clsx } from "clsx";
import { Check, ChevronDown, LoaderCircle, X } from "lucide-react";
import { useState } from "react";
import { floatClasses } from "../floats/float-classes.ts";
import { useControlWiring } from "../foundation/control-context.ts";
import { controlClasses } from "./control-classes.ts";
import { useLoaded } from "./use-loaded.ts";

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

function Choices<T>({ itemKey, itemLabel, renderItem }: Pick<ComboboxProps<T>, "itemKey" | "itemLabel" | "renderItem">) {
  return (
    <Base.List className="max-h-[min(20rem,var(--available-height))] overflow-y-auto p-1 empty:hidden">
      {(item: T) => (
        <Base.Item
          key={itemKey(item)}
          value={item}
          className="flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 py-1 text-sm outline-none select-none data-[highlighted]:bg-hover"
        >
          <span className="grid size-4 shrink-0 place-items-center">
            <Base.ItemIndicator>
              <Check aria-hidden className="size-3.5 text-accent-ink" />
            </Base.ItemIndicator>
          </span>
          <span className="min-w-0 flex-1">{renderItem ? renderItem(item) : itemLabel(item)}</span>
        </Base.Item>
      )}
    </Base.List>
  );
}

/** The control itself, in place of the plain one that was reached: it has the focus and what was typed so far. */
export function ComboboxFloat<T>(props: ComboboxProps<T> & { typed: string }) {
  const {
    value,
    onValueChange,
    items = [],
    load,
    itemKey,
    itemLabel,
    renderItem,
    placeholder = "Type to find",
    label,
    emptyText = "Nothing matches.",
    disabled,
    invalid,
    size,
    className,
    typed,
  } = props;
  const wiring = useControlWiring();
  const bad = invalid ?? wiring.invalid;
  const [open, setOpen] = useState(typed !== "");
  const [query, setQuery] = useState(typed);
  const asked = value !== null && query === itemLabel(value) ? "" : query;
  const loaded = useLoaded(load, asked, open);
  const choices = load ? loaded.items : items;
  return (
    <Base.Root<T>
      items={choices}
      filter={load ? null : undefined}
      value={value}
      onValueChange={(next) => onValueChange(next)}
      onInputValueChange={setQuery}
      defaultInputValue={typed || undefined}
      open={open}
      onOpenChange={setOpen}
      itemToStringLabel={itemLabel}
      itemToStringValue={itemKey}
      isItemEqualToValue={(left, right) => itemKey(left) === itemKey(right)}
      disabled={disabled}
      autoHighlight
    >
      <Base.InputGroup className={controlClasses({ size, invalid: bad, className })}>
        <Base.Input
          id={wiring.id}
          autoFocus
          aria-label={label}
          aria-describedby={wiring.describedBy}
          aria-invalid={bad || undefined}
          placeholder={placeholder}
          className="h-full min-w-0 flex-1 border-0 bg-transparent p-0 font-sans text-inherit outline-none placeholder:text-ink-3"
        />
        {loaded.state === "loading" ? <LoaderCircle aria-hidden className="size-4 animate-turn text-ink-3" /> : null}
        <Base.Clear aria-label="Clear" className="grid size-5 place-items-center border-0 bg-transparent text-ink-3 hover:text-ink">
          <X aria-hidden className="size-3.5" />
        </Base.Clear>
        <Base.Trigger aria-label="Show choices" className="grid size-5 place-items-center border-0 bg-transparent text-ink-3 hover:text-ink">
          <ChevronDown aria-hidden className="size-4" />
        </Base.Trigger>
      </Base.InputGroup>
      <Base.Portal>
        <Base.Positioner sideOffset={4} collisionPadding={8} className="z-50">
          <Base.Popup className={clsx(floatClasses, "w-(--anchor-width) min-w-56")}>
            <Base.Status className="px-3 py-2 text-xs text-ink-3 empty:hidden">
              {loaded.state === "loading" && choices.length === 0 ? "Searching" : loaded.state === "failed" ? loaded.message : null}
            </Base.Status>
            {loaded.state === "idle" ? <Base.Empty className="px-3 py-2 text-xs text-ink-3 empty:hidden">{emptyText}</Base.Empty> : null}
            <Choices itemKey={itemKey} itemLabel={itemLabel} renderItem={renderItem} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
