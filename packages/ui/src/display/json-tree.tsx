"use client";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { CopyButton } from "../buttons/copy-button.tsx";

const pageSize = 100;

function Scalar({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span className="text-ink-3">{String(value)}</span>;
  if (typeof value === "string") return <span className="wrap-anywhere text-ok-ink">{JSON.stringify(value)}</span>;
  return <span className="text-run-ink">{String(value)}</span>;
}

function entriesOf(value: object): [string, unknown][] {
  return Array.isArray(value) ? value.map((item, index): [string, unknown] => [String(index), item]) : Object.entries(value);
}

function Node({ name, value, depth, openDepth }: { name: string | null; value: unknown; depth: number; openDepth: number }) {
  const [open, setOpen] = useState(depth < openDepth);
  const [shown, setShown] = useState(pageSize);
  const key = name === null ? null : <span className="text-ink-2">{name}: </span>;
  if (typeof value !== "object" || value === null) {
    return (
      <div className="pl-4.5">
        {key}
        <Scalar value={value} />
      </div>
    );
  }
  const entries = entriesOf(value);
  const [left, right] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0)
    return (
      <div className="pl-4.5">
        {key}
        <span className="text-ink-3">
          {left}
          {right}
        </span>
      </div>
    );
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex items-center gap-0.5 rounded-xs border-0 bg-transparent p-0 text-left font-mono text-inherit hover:bg-hover"
      >
        <ChevronRight aria-hidden className={`size-4 text-ink-3 transition-[rotate] ${open ? "rotate-90" : ""}`} />
        <span>
          {key}
          <span className="text-ink-3">{open ? left : `${left} ${entries.length} ${right}`}</span>
        </span>
      </button>
      {open ? (
        <div className="ml-2 border-l border-line pl-2">
          {entries.slice(0, shown).map(([child, item]) => (
            <Node key={child} name={child} value={item} depth={depth + 1} openDepth={openDepth} />
          ))}
          {entries.length > shown ? (
            <button
              type="button"
              onClick={() => setShown(shown + pageSize)}
              className="ml-4.5 border-0 bg-transparent p-0 font-sans text-xs text-accent-ink hover:underline"
            >
              Show {Math.min(pageSize, entries.length - shown)} of {entries.length - shown} more
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

/** A JSON value to fold and copy. */
export function JsonTree({ value, openDepth = 1, label = "JSON" }: { value: unknown; openDepth?: number; label?: string }) {
  return (
    <div role="group" aria-label={label} className="relative font-mono text-[12.5px] leading-[1.6]">
      <CopyButton value={() => JSON.stringify(value, null, 2) ?? ""} label="Copy JSON" className="absolute! top-0 right-0" />
      <Node name={null} value={value} depth={0} openDepth={openDepth} />
    </div>
  );
}
