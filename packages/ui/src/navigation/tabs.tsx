"use client";
import { clsx } from "clsx";
import { useId } from "react";
import type { ReactNode } from "react";
import { moveFocusInGroup } from "../foundation/roving-focus.ts";
import { Link } from "../links/link.tsx";

export interface TabItem {
  value: string;
  label: ReactNode;
  count?: number;
  /** Makes the whole set links: the address holds the tab. */
  href?: string;
  disabled?: boolean;
}

export interface TabsProps {
  items: TabItem[];
  value: string;
  onChange?: (value: string) => void;
  label: string;
  /** Panel of the current value. */
  children?: ReactNode;
  right?: ReactNode;
  /** Without border and margin, for the head of a card. */
  flush?: boolean;
}

const tabClasses = (on: boolean, flush: boolean) =>
  clsx(
    "relative -mb-px inline-flex items-center border-b-2 bg-transparent px-2.5 font-sans text-sm whitespace-nowrap outline-offset-[-2px] transition-colors",
    flush ? "h-11" : "h-9.5",
    on ? "border-accent font-medium text-ink" : "border-transparent text-ink-2 hover:text-ink",
  );

function Words({ item }: { item: TabItem }) {
  return (
    <>
      {item.label}
      {item.count === undefined ? null : <span className="ml-1.5 font-normal text-ink-3">{item.count}</span>}
    </>
  );
}

/** Parts of one thing. The caller keeps the value, as a rule in the address. */
export function Tabs({ items, value, onChange, label, children, right, flush = false }: TabsProps) {
  const id = useId();
  const bar = clsx("flex min-w-0 items-end gap-1", !flush && "mb-4 border-b border-line");
  const strip = "flex min-w-0 gap-1 overflow-x-auto overflow-y-hidden [scrollbar-width:none]";
  if (items.some((item) => item.href !== undefined)) {
    return (
      <>
        <div className={bar}>
          <nav aria-label={label} className={strip}>
            {items.map((item) => (
              <Link
                key={item.value}
                href={item.href ?? ""}
                aria-current={item.value === value ? "page" : undefined}
                className={tabClasses(item.value === value, flush)}
              >
                <Words item={item} />
              </Link>
            ))}
          </nav>
          {right === undefined ? null : <div className="ml-auto pb-1">{right}</div>}
        </div>
        {children}
      </>
    );
  }
  return (
    <div>
      <div className={bar}>
        <div role="tablist" aria-label={label} tabIndex={-1} onKeyDown={moveFocusInGroup} className={strip}>
          {items.map((item) => (
            <button
              key={item.value}
              type="button"
              role="tab"
              id={`${id}-${item.value}`}
              aria-selected={item.value === value}
              aria-controls={item.value === value && children !== undefined ? `${id}-panel` : undefined}
              tabIndex={item.value === value ? 0 : -1}
              disabled={item.disabled}
              onClick={() => onChange?.(item.value)}
              className={clsx(tabClasses(item.value === value, flush), "border-x-0 border-t-0")}
            >
              <Words item={item} />
            </button>
          ))}
        </div>
        {right === undefined ? null : <div className="ml-auto pb-1">{right}</div>}
      </div>
      {children === undefined ? null : (
        <div key={value} role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`} tabIndex={0} className="outline-offset-2">
          {children}
        </div>
      )}
    </div>
  );
}
