"use client";

import { useHotkeys } from "@trellis/ui";
import { CircleX, ListFilter, X } from "lucide-react";
import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { applySuggestion, completeFilter, type FilterKeys, type Suggestion } from "./filter-completion";

export type FilterProblem = { message: string; /** Character that it is about, from 1. */ column: number | null };

type Props = { value: string; onApply(filter: string): void; keys: FilterKeys; problem: FilterProblem | null };

/** A filter in the clients' language: Enter applies it, suggestions come as one types, and a fault is shown where it stands. */
export function FilterBox({ value, onApply, keys, problem }: Props) {
  const [text, setText] = useState(value);
  const [caret, setCaret] = useState(value.length);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  // Where the caret belongs once a suggestion is in the text; before the next key comes.
  const caretToSet = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (caretToSet.current === null) return;
    input.current?.setSelectionRange(caretToSet.current, caretToSet.current);
    caretToSet.current = null;
  }, [text]);
  const id = useId();
  useHotkeys({ "/": () => input.current?.focus() });
  const [applied, setApplied] = useState(value);
  // Back, a saved view or "clear" change the filter from outside.
  if (applied !== value) {
    setApplied(value);
    setText(value);
  }

  const completion = completeFilter(text, caret, keys);
  const options = open ? completion.options : [];
  const chosen = options[active];

  const edit = (next: string, at: number): void => {
    setText(next);
    setCaret(at);
    setActive(-1);
    setOpen(true);
  };
  const take = (option: Suggestion): void => {
    const next = applySuggestion(text, completion, option);
    edit(next.text, next.caret);
    caretToSet.current = next.caret;
  };
  const apply = (next: string): void => {
    setOpen(false);
    setActive(-1);
    onApply(next.trim());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (!open) return setOpen(true);
      const last = options.length - 1;
      setActive(active + step > last ? -1 : active + step < -1 ? last : active + step);
    } else if ((event.key === "Enter" || event.key === "Tab") && chosen) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === "Enter") {
      event.preventDefault();
      apply(text);
    } else if (event.key === "Escape") {
      if (open) setOpen(false);
      else if (text !== value) edit(value, value.length);
      else input.current?.blur();
    }
  };

  const shown = problem !== null && text.trim() === value;
  return (
    <div className="relative min-w-0 flex-1 basis-72">
      <div
        className={`flex h-7.5 items-center gap-2 rounded-md border bg-surface px-2 text-sm focus-within:outline-2 focus-within:outline-offset-[-1px] focus-within:outline-focus ${
          shown ? "border-fail" : "border-control/70 hover:border-control"
        }`}
      >
        <ListFilter aria-hidden className="size-4 shrink-0 text-ink-3" />
        <input
          ref={input}
          role="combobox"
          aria-label="Filter runs"
          aria-expanded={options.length > 0}
          aria-controls={`${id}-options`}
          aria-autocomplete="list"
          aria-activedescendant={chosen ? `${id}-${active}` : undefined}
          aria-invalid={shown || undefined}
          aria-describedby={shown ? `${id}-problem` : undefined}
          autoComplete="off"
          spellCheck={false}
          value={text}
          placeholder="metrics.auc > 0.8 AND params.depth = '6'"
          onChange={(event) => edit(event.target.value, event.target.selectionStart ?? event.target.value.length)}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
          className="h-full min-w-0 flex-1 border-0 bg-transparent p-0 font-mono text-[12.5px] text-inherit outline-none placeholder:text-ink-3 max-md:text-base"
        />
        {text ? (
          <button
            type="button"
            aria-label="Empty the filter"
            onClick={() => {
              edit("", 0);
              apply("");
            }}
            className="grid size-5 place-items-center rounded-xs border-0 bg-transparent text-ink-3 hover:text-ink"
          >
            <X aria-hidden className="size-3.5" />
          </button>
        ) : null}
      </div>
      {options.length > 0 ? (
        <div
          id={`${id}-options`}
          role="listbox"
          aria-label="What could come next"
          className="absolute top-full left-0 z-30 m-0 mt-1 max-h-72 w-full max-w-110 min-w-56 overflow-y-auto rounded-md border border-line bg-surface p-1 shadow-float"
        >
          {options.map((option, index) => (
            <div
              key={option.label}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              ref={(element) => {
                if (index === active) element?.scrollIntoView({ block: "nearest" });
              }}
              onPointerDown={(event) => {
                // The input keeps the focus.
                event.preventDefault();
                take(option);
              }}
              className={`flex min-h-7 cursor-default items-center gap-3 rounded-sm px-2 text-sm hover:bg-hover ${index === active ? "bg-hover" : ""}`}
            >
              <span className="min-w-0 flex-1 truncate font-mono text-[12.5px]">{option.label}</span>
              <span className="text-xs text-ink-3">{option.detail}</span>
            </div>
          ))}
        </div>
      ) : null}
      {shown ? <Problem id={`${id}-problem`} text={value} problem={problem} /> : null}
    </div>
  );
}

/** What is wrong, with the place in the filter marked. */
function Problem({ id, text, problem }: { id: string; text: string; problem: FilterProblem }) {
  const at = problem.column === null ? null : Math.min(Math.max(0, problem.column - 1), text.length);
  return (
    <div id={id} role="alert" className="mt-1.5 flex items-start gap-2 text-sm text-fail-ink">
      <CircleX aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        {at === null ? null : (
          <div className="font-mono text-[12.5px] wrap-anywhere text-ink-2">
            {text.slice(0, at)}
            <mark className="rounded-xs bg-fail-soft px-0.5 text-fail-ink underline decoration-wavy">{text.slice(at).split(/\s/, 1)[0] || "here"}</mark>
            {text.slice(at + (text.slice(at).split(/\s/, 1)[0]?.length ?? 0))}
          </div>
        )}
        <div className="wrap-anywhere">{problem.message}</div>
      </div>
    </div>
  );
}
