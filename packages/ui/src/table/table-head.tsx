"use client";
import { clsx } from "clsx";
import { ArrowDown, ArrowUp, Columns3, Download } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../buttons/button.tsx";
import { Menu } from "../floats/menu.tsx";
import { Checkbox } from "../form/toggles.tsx";
import { columnClasses } from "./table-rows.tsx";
import type { TableModel } from "./use-table-model.ts";
import type { Column } from "./table-types.ts";

function HeadCell<Row>({ column, model }: { column: Column<Row>; model: TableModel<Row> }) {
  const sorted = model.sort?.id === column.id ? model.sort : null;
  const Icon = sorted?.desc ? ArrowDown : ArrowUp;
  const words = column.headerNode ?? column.header;
  return (
    <th
      scope="col"
      style={{ width: column.width }}
      aria-sort={sorted ? (sorted.desc ? "descending" : "ascending") : undefined}
      className={clsx(columnClasses(column), "h-8 text-xs font-normal whitespace-nowrap text-ink-3", !column.align && "text-left")}
    >
      {column.sort ? (
        <button
          type="button"
          onClick={() => model.toggleSort(column.id)}
          className={clsx(
            "group inline-flex items-center gap-1 rounded-xs align-middle border-0 bg-transparent p-0 font-sans text-xs hover:text-ink",
            sorted ? "font-medium text-ink" : "text-inherit",
          )}
        >
          {column.align === "right" ? (
            <Icon aria-hidden className={clsx("size-3", !sorted && "opacity-0 group-hover:opacity-60 group-focus-visible:opacity-60")} />
          ) : null}
          {words}
          {column.align === "right" ? null : (
            <Icon aria-hidden className={clsx("size-3", !sorted && "opacity-0 group-hover:opacity-60 group-focus-visible:opacity-60")} />
          )}
        </button>
      ) : (
        words
      )}
    </th>
  );
}

/** Head of the table, sticky while its rows scroll. */
export function TableHead<Row>({
  model,
  selection,
}: {
  model: TableModel<Row>;
  selection: { all: boolean; some: boolean; onAll: (on: boolean) => void } | null;
}) {
  return (
    <thead className="sticky top-0 z-2 bg-surface shadow-[inset_0_-1px_0_var(--color-line)]">
      <tr aria-rowindex={1}>
        {selection ? (
          <th scope="col" className="w-8 pl-4 text-left">
            <Checkbox
              label="Select all rows"
              hideLabel
              checked={selection.all}
              indeterminate={selection.some && !selection.all}
              onCheckedChange={selection.onAll}
            />
          </th>
        ) : null}
        {model.columns.map((column) => (
          <HeadCell key={column.id} column={column} model={model} />
        ))}
      </tr>
    </thead>
  );
}

export interface TableFootProps<Row> {
  model: TableModel<Row>;
  columns: readonly Column<Row>[];
  footer: ReactNode;
  csv: (() => void) | null;
  columnMenu: boolean;
  hasMore: boolean;
  onLoadMore: (() => void) | undefined;
  loading: boolean;
}

/** Line below the rows: the caller's words, more rows, columns, CSV. Nothing when there is nothing to say. */
export function TableFoot<Row>({ model, columns, footer, csv, columnMenu, hasMore, onLoadMore, loading }: TableFootProps<Row>) {
  const more = hasMore && onLoadMore !== undefined;
  if (footer === undefined && !csv && !columnMenu && !more) return null;
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-2 border-t border-line px-4 py-1 text-xs text-ink-2">
      <div className="min-w-0 flex-1">{footer}</div>
      {more ? (
        <Button size="sm" onClick={onLoadMore} loading={loading}>
          Show more
        </Button>
      ) : null}
      {columnMenu ? (
        <Menu
          label="Columns"
          trigger={
            <Button size="sm" variant="ghost" icon={Columns3}>
              Columns
            </Button>
          }
          items={columns.map((column) => ({ label: column.header, checked: !model.hidden.has(column.id), onSelect: () => model.toggleColumn(column.id) }))}
        />
      ) : null}
      {csv ? (
        <Button size="sm" variant="ghost" icon={Download} onClick={csv}>
          Download CSV
        </Button>
      ) : null}
    </div>
  );
}
