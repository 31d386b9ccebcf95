"use client";
import { clsx } from "clsx";
import { useRef } from "react";
import { EmptyState, Skeleton } from "../display/states.tsx";
import { csvText, downloadText } from "./csv.ts";
import { TableFoot, TableHead } from "./table-head.tsx";
import { BodyRow } from "./table-rows.tsx";
import type { DataTableProps } from "./table-types.ts";
import { csvValueOf, useTableModel } from "./use-table-model.ts";
import type { TableModel } from "./use-table-model.ts";
import { useTableRows } from "./use-table-rows.ts";
import type { TableRows } from "./use-table-rows.ts";

function SkeletonRows({ columns, compact }: { columns: number; compact: boolean }) {
  return Array.from({ length: 6 }, (_, index) => (
    <tr key={index} className="border-b border-line last:border-b-0">
      <td colSpan={columns} className={clsx("px-4", compact ? "h-7" : "h-9")}>
        <Skeleton width={`${90 - ((index * 17) % 40)}%`} />
      </td>
    </tr>
  ));
}

function Body<Row>({ props, model, state }: { props: DataTableProps<Row>; model: TableModel<Row>; state: TableRows }) {
  const { rowKey, rowHref, rowTone, selection, activeKey = null, loading = false, density } = props;
  const { drawn, opens, chosen, activeIndex } = state;
  const compact = density === "compact";
  return (
    <tbody>
      {drawn.before > 0 ? <tr aria-hidden style={{ height: drawn.before }} /> : null}
      {drawn.indexes.map((index) => {
        const row = model.rows[index];
        if (row === undefined) return null;
        const key = rowKey(row);
        return (
          <BodyRow
            key={key}
            row={row}
            rowId={key}
            index={index}
            columns={model.columns}
            compact={compact}
            oneLine={drawn.virtual}
            opens={opens}
            href={rowHref?.(row)}
            tone={rowTone?.(row)}
            active={key === activeKey}
            focusable={index === activeIndex}
            selected={selection ? chosen.has(key) : null}
            onSelect={(on) => state.choose(index, on)}
            onOpen={(newTab) => state.open(index, newTab)}
            onFocus={() => state.setActiveIndex(index)}
          />
        );
      })}
      {drawn.after > 0 ? <tr aria-hidden style={{ height: drawn.after }} /> : null}
      {loading && model.rows.length === 0 ? <SkeletonRows columns={model.columns.length + (selection ? 1 : 0)} compact={compact} /> : null}
    </tbody>
  );
}

function saveCsv<Row>(name: string, model: TableModel<Row>) {
  downloadText(
    `${name}.csv`,
    csvText(
      model.columns.map((column) => column.header),
      model.rows.map((row) => model.columns.map((column) => csvValueOf(column, row))),
    ),
  );
}

/** Rows of records: sorted, opened, chosen and moved through by mouse or keyboard; long ones draw only what is seen. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const {
    rowKey,
    label,
    loading = false,
    empty,
    error,
    selection,
    maxHeight,
    csvName,
    footer,
    hasMore = false,
    onLoadMore,
    columnMenu = false,
    columns,
  } = props;
  const model = useTableModel(props);
  const scroller = useRef<HTMLDivElement>(null);
  const state = useTableRows(props, model, scroller);
  const { chosen } = state;
  const heads = selection
    ? {
        all: chosen.size > 0 && model.rows.every((row) => chosen.has(rowKey(row))),
        some: chosen.size > 0,
        onAll: (on: boolean) => selection.onChange(on ? model.rows.map(rowKey) : []),
      }
    : null;
  const nothing = !loading && error === undefined && model.rows.length === 0;
  return (
    <div className="min-w-0">
      <div
        ref={scroller}
        role="presentation"
        onKeyDown={state.onKeyDown}
        tabIndex={-1}
        className="overflow-auto"
        style={{ maxHeight: maxHeight ?? (state.drawn.virtual ? "min(75vh, 900px)" : undefined) }}
      >
        <table
          aria-label={label}
          aria-rowcount={model.rows.length + 1}
          aria-busy={loading || undefined}
          className="w-full border-collapse text-sm leading-[1.3]"
        >
          <TableHead model={model} selection={heads} />
          <Body props={props} model={model} state={state} />
        </table>
      </div>
      {error}
      {nothing ? (empty ?? <EmptyState compact title="Nothing here yet" />) : null}
      <TableFoot
        model={model}
        columns={columns}
        footer={footer}
        csv={csvName === undefined ? null : () => saveCsv(csvName, model)}
        columnMenu={columnMenu}
        hasMore={hasMore}
        onLoadMore={onLoadMore}
        loading={loading}
      />
    </div>
  );
}
