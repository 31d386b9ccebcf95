"use client";
import { clsx } from "clsx";
import { Check, ChevronRight, CircleCheck, CircleDashed, CircleHelp, LoaderCircle, TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";
import type { IconType } from "../foundation/types.ts";
import { Link } from "../links/link.tsx";

export interface ScorecardCheck {
  id: string;
  name: ReactNode;
  state: "pass" | "fail" | "unknown";
  detail?: ReactNode;
  href?: string;
}

export interface ScorecardLevel {
  id: string;
  name: string;
  passed: number;
  total: number;
  reached: boolean;
  checks?: ScorecardCheck[];
}

export interface ScorecardListProps {
  levels: ScorecardLevel[];
  /** The next thing to do, on top. */
  next?: { title: ReactNode; detail?: ReactNode; action?: ReactNode; label?: string };
}

type MarkState = "pass" | "warn" | "fail" | "unknown" | "running";

const marks: Record<MarkState, { icon: IconType; classes: string; word: string }> = {
  pass: { icon: Check, classes: "text-ok", word: "passes" },
  warn: { icon: TriangleAlert, classes: "text-warn-ink", word: "warns" },
  fail: { icon: X, classes: "text-fail", word: "fails" },
  unknown: { icon: CircleHelp, classes: "text-ink-3", word: "not known" },
  running: { icon: LoaderCircle, classes: "animate-turn text-run", word: "is being checked" },
};

function Mark({ state }: { state: MarkState }) {
  const { icon: Icon, classes, word } = marks[state];
  return (
    <>
      <Icon aria-hidden className={clsx("size-4 shrink-0", classes)} />
      <span className="sr-only">{word}:</span>
    </>
  );
}

function Level({ level, initiallyOpen }: { level: ScorecardLevel; initiallyOpen: boolean }) {
  const [open, setOpen] = useState(initiallyOpen);
  const checks = level.checks ?? [];
  const Icon = level.reached ? CircleCheck : CircleDashed;
  return (
    <li className="border-t border-line">
      <button
        type="button"
        aria-expanded={open}
        disabled={checks.length === 0}
        onClick={() => setOpen(!open)}
        className="flex min-h-8 w-full items-center gap-2 border-0 bg-transparent px-4 py-1 text-left font-sans text-sm text-ink outline-offset-[-2px] enabled:hover:bg-hover"
      >
        <Icon aria-hidden className={clsx("size-4 shrink-0", level.reached ? "text-ok" : "text-ink-3")} />
        <b>{level.id}</b>
        <span className="min-w-0 flex-1 truncate">{level.name}</span>
        <span className="sr-only">{level.reached ? "reached" : "not reached"}</span>
        <span className="text-xs text-ink-2">
          {level.passed} of {level.total}
        </span>
        {checks.length > 0 ? <ChevronRight aria-hidden className={clsx("size-3.5 text-ink-3 transition-[rotate]", open && "rotate-90")} /> : null}
      </button>
      {open ? (
        <ul className="m-0 list-none p-0 pb-2 text-sm">
          {checks.map((check) => (
            <li key={check.id} className="flex items-start gap-2 py-1 pr-4 pl-10">
              <Mark state={check.state} />
              <span className={clsx("min-w-0 flex-1", check.state === "pass" ? "text-ink-2" : "text-ink")}>
                {check.href === undefined ? (
                  check.name
                ) : (
                  <Link href={check.href} className="hover:underline">
                    {check.name}
                  </Link>
                )}
                {check.detail === undefined ? null : <span className="block text-xs text-ink-2">{check.detail}</span>}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  );
}

/** Levels of maturity with their checks, and the next step. Belongs into a flush Card. */
export function ScorecardList({ levels, next }: ScorecardListProps) {
  const current = levels.find((level) => !level.reached);
  return (
    <div>
      {next === undefined ? null : (
        <div className="m-3 flex flex-col items-start gap-1 rounded-md border border-line-strong p-3 text-sm">
          {next.label === undefined ? null : <span className="text-xs text-ink-2">{next.label}</span>}
          <b>{next.title}</b>
          {next.detail === undefined ? null : <span className="text-ink-2">{next.detail}</span>}
          {next.action === undefined ? null : <div className="mt-1.5">{next.action}</div>}
        </div>
      )}
      <ul className={clsx("m-0 list-none p-0", next === undefined && "[&>li:first-child]:border-t-0")}>
        {levels.map((level) => (
          <Level key={level.id} level={level} initiallyOpen={level === current} />
        ))}
      </ul>
    </div>
  );
}

export interface CheckItem {
  id: string;
  state: MarkState;
  title: ReactNode;
  detail?: ReactNode;
  right?: ReactNode;
}

/** Gates or checks as rows: verdict, name, finding, link. What warns or fails is marked. Belongs into a flush Card. */
export function CheckList({ items, label }: { items: CheckItem[]; label?: string }) {
  return (
    <ul aria-label={label} className="m-0 list-none divide-y divide-line p-0 text-sm md:grid md:grid-cols-[auto_minmax(0,2fr)_minmax(0,3fr)_auto]">
      {items.map((item) => (
        <li
          key={item.id}
          className={clsx(
            "flex min-h-9 flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-1.5 md:col-span-full md:grid md:grid-cols-subgrid",
            item.state === "warn" && "bg-warn-soft",
            item.state === "fail" && "bg-fail-soft",
          )}
        >
          <span className="grid">
            <Mark state={item.state} />
          </span>
          <span className="min-w-0 flex-1">{item.title}</span>
          <span className="min-w-0 text-ink-2 max-md:order-1 max-md:basis-full max-md:pl-7 max-md:empty:hidden">{item.detail}</span>
          <span className="shrink-0 text-right text-xs">{item.right}</span>
        </li>
      ))}
    </ul>
  );
}
