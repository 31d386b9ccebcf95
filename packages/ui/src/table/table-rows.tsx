"use client";
import { clsx } from "clsx";
import type { MouseEvent, ReactNode } from "react";
import { Checkbox } from "../form/toggles.tsx";
import type { Tone } from "../foundation/types.ts";
import { Link } from "../links/link.tsx";
import type { Column } from "./table-types.ts";

export const hideClasses = { sm: "max-sm:hidden", md: "max-md:hidden", lg: "max-lg:hidden", xl: "max-xl:hidden" };

const rowTones: Partial<Record<Tone, string>> = {
  warn: "bg-warn-soft",
  fail: "bg-fail-soft",
  err: "bg-err-soft",
  run: "bg-run-soft",
  accent: "bg-accent-soft",
};

/** Classes shared by head and cells of a column. */
export function columnClasses<Row>(column: Column<Row>): string {
  return clsx(
    "px-3 first:pl-4 last:pr-4",
    column.align === "right" && "text-right",
    column.align === "center" && "text-center",
    column.hideBelow && hideClasses[column.hideBelow],
  );
}

export interface BodyRowProps<Row> {
  row: Row;
  rowId: string;
  index: number;
  columns: Column<Row>[];
  compact: boolean;
  /** Rows of a long table must all be of one height. */
  oneLine: boolean;
  opens: boolean;
  href: string | undefined;
  tone: Tone | undefined;
  active: boolean;
  focusable: boolean;
  selected: boolean | null;
  onSelect: (on: boolean) => void;
  onOpen: (newTab: boolean) => void;
  onFocus: () => void;
}

function content<Row>(column: Column<Row>, row: Row, href: string | undefined): ReactNode {
  const drawn = column.cell(row);
  return column.link && href !== undefined ? (
    <Link href={href} tabIndex={-1} className="rounded-xs hover:underline">
      {drawn}
    </Link>
  ) : (
    drawn
  );
}

function isOnControl(event: MouseEvent<HTMLElement>): boolean {
  return event.target instanceof Element && event.target.closest('a, button, input, label, select, textarea, [role="checkbox"], [role="menuitem"]') !== null;
}

/** One row; a click anywhere on it opens it, except on its own controls and while text is selected. */
export function BodyRow<Row>(props: BodyRowProps<Row>) {
  const { row, rowId, index, columns, compact, oneLine, opens, href, tone, active, focusable, selected, onSelect, onOpen, onFocus } = props;
  return (
    <tr
      data-row={rowId}
      aria-rowindex={index + 2}
      aria-selected={selected === null ? active || undefined : selected}
      tabIndex={focusable ? 0 : -1}
      onFocus={(event) => {
        if (event.target === event.currentTarget) onFocus();
      }}
      onClick={(event) => {
        if (!opens || isOnControl(event) || window.getSelection()?.toString()) return;
        onOpen(event.ctrlKey || event.metaKey);
      }}
      onAuxClick={(event) => {
        if (opens && href !== undefined && event.button === 1 && !isOnControl(event)) onOpen(true);
      }}
      className={clsx(
        "border-b border-line outline-offset-[-2px] last:border-b-0",
        opens && "cursor-pointer",
        active ? "bg-hover shadow-[inset_2px_0_0_var(--color-accent)]" : tone ? rowTones[tone] : undefined,
        (opens || selected !== null) && "hover:bg-hover",
      )}
    >
      {selected === null ? null : (
        <td className="w-8 pl-4">
          <Checkbox label={`Select row ${index + 1}`} hideLabel checked={selected} onCheckedChange={onSelect} />
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.id}
          className={clsx(
            columnClasses(column),
            compact ? "h-7" : "h-9 py-1",
            oneLine ? "whitespace-nowrap" : "max-md:whitespace-nowrap",
            column.mono && "font-mono text-[12.5px]",
            column.truncate && "max-w-0 truncate",
          )}
        >
          {content(column, row, href)}
        </td>
      ))}
    </tr>
  );
}
