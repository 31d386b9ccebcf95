"use client";
import { clsx } from "clsx";
import { LoaderCircle, Search, X } from "lucide-react";
import { useRef } from "react";
import type { ReactNode } from "react";
import { Button } from "../buttons/button.tsx";
import { toneIcon } from "../foundation/tones.ts";
import type { IconType, Tone } from "../foundation/types.ts";
import { useHotkeys } from "../foundation/use-hotkeys.ts";
import { Kbd } from "../values/kbd.tsx";
import { controlClasses } from "./control-classes.ts";

export interface SearchBoxProps {
  value: string;
  onValueChange: (value: string) => void;
  placeholder: string;
  label?: string;
  /** Key that goes here from anywhere on the page; null for none. */
  hotkey?: string | null;
  size?: "sm" | "md";
  loading?: boolean;
  /** Enter, and Enter with Shift. */
  onEnter?: (shift: boolean) => void;
  className?: string;
}

/** Finds within a list; `/` goes here, Escape empties it. */
export function SearchBox({ value, onValueChange, placeholder, label, hotkey = "/", size = "md", loading = false, onEnter, className }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  useHotkeys(hotkey === null ? {} : { [hotkey]: () => input.current?.focus() }, { enabled: hotkey !== null });
  return (
    <span className={clsx(controlClasses({ size }), size === "md" && "h-7.5! text-sm!", className ?? "max-w-70")}>
      {loading ? (
        <LoaderCircle aria-hidden className="size-4 shrink-0 animate-turn text-ink-3" />
      ) : (
        <Search aria-hidden className="size-4 shrink-0 text-ink-3" />
      )}
      <input
        ref={input}
        type="search"
        value={value}
        onChange={(event) => onValueChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && onEnter) {
            event.preventDefault();
            onEnter(event.shiftKey);
          }
          if (event.key !== "Escape") return;
          if (value) onValueChange("");
          else input.current?.blur();
        }}
        placeholder={placeholder}
        aria-label={label ?? placeholder}
        className="h-full min-w-0 flex-1 border-0 bg-transparent p-0 font-sans text-inherit outline-none placeholder:text-ink-3 [&::-webkit-search-cancel-button]:hidden"
      />
      {value ? (
        <button
          type="button"
          aria-label="Empty the search"
          onClick={() => onValueChange("")}
          className="grid size-5 place-items-center border-0 bg-transparent text-ink-3 hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      ) : hotkey === null ? null : (
        <Kbd className="max-md:hidden">{hotkey}</Kbd>
      )}
    </span>
  );
}

export interface FilterChip {
  id: string;
  label: ReactNode;
  icon?: IconType;
  tone?: Tone;
  count?: number;
  active: boolean;
  onToggle: () => void;
  /** Shows a cross: the chip stands for a chosen value. */
  removable?: boolean;
}

function Chip({ chip }: { chip: FilterChip }) {
  const Icon = chip.icon;
  return (
    <button
      type="button"
      aria-pressed={chip.active}
      onClick={chip.onToggle}
      className={clsx(
        "inline-flex h-6.5 items-center gap-1.5 rounded-md border px-2 font-sans text-xs font-medium whitespace-nowrap transition-colors",
        chip.active ? "border-transparent bg-accent-soft text-accent-ink" : "border-line bg-surface text-ink-2 hover:bg-hover hover:text-ink",
      )}
    >
      {Icon ? <Icon aria-hidden className={clsx("size-3.5", chip.active ? "text-current" : toneIcon[chip.tone ?? "neutral"])} /> : null}
      {chip.label}
      {chip.count === undefined ? null : <b className={chip.active ? "text-current" : "text-ink"}>{chip.count}</b>}
      {chip.removable ? <X aria-hidden className="size-3" /> : null}
    </button>
  );
}

export interface FilterBarProps {
  search?: SearchBoxProps;
  chips?: FilterChip[];
  /** More controls, such as Selects in size sm. */
  children?: ReactNode;
  right?: ReactNode;
  /** Shown when something is filtered. */
  onClear?: () => void;
  className?: string;
}

/** Search, state chips and more above a list. */
export function FilterBar({ search, chips = [], children, right, onClear, className }: FilterBarProps) {
  return (
    <div role="search" className={clsx("flex flex-wrap items-center gap-2", className ?? "border-b border-line px-3 py-2")}>
      {search ? <SearchBox {...search} className={search.className ?? "w-auto min-w-40 flex-1 md:max-w-72"} /> : null}
      {chips.map((chip) => (
        <Chip key={chip.id} chip={chip} />
      ))}
      {children}
      {onClear ? (
        <Button size="sm" variant="ghost" onClick={onClear}>
          Clear filters
        </Button>
      ) : null}
      {right === undefined ? null : <div className="ml-auto flex flex-wrap items-center gap-2">{right}</div>}
    </div>
  );
}
