"use client";
import { columnVisibilityFeature, createSortedRowModel, rowSortingFeature, tableFeatures, useTable } from "@tanstack/react-table";
import type { ColumnDef, ColumnVisibilityState, SortingState } from "@tanstack/react-table";
import { useMemo, useState } from "react";
import type { CsvValue } from "./csv.ts";
import type { Column, DataTableProps, TableSort } from "./table-types.ts";

const features = tableFeatures({ rowSortingFeature, columnVisibilityFeature, sortedRowModel: createSortedRowModel() });

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Order of two sort values, ascending: numbers and dates by size, text in natural order (v2 before v10). */
export function compareValues(left: unknown, right: unknown): number {
  const a = left instanceof Date ? left.getTime() : left;
  const b = right instanceof Date ? right.getTime() : right;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return collator.compare(String(a), String(b));
}

type TableColumn<Row extends object> = ColumnDef<typeof features, Row>;

// The table holds wrapped rows, so that a Row may be any type.
interface Wrapped<Row> {
  row: Row;
}

function toTableColumns<Row>(columns: readonly Column<Row>[]): TableColumn<Wrapped<Row>>[] {
  return columns.map((column): TableColumn<Wrapped<Row>> => ({
    id: column.id,
    accessorFn: (item: Wrapped<Row>) => {
      const value = column.sort?.(item.row) ?? undefined;
      return typeof value === "number" && Number.isNaN(value) ? undefined : value;
    },
    enableSorting: column.sort !== undefined,
    sortUndefined: "last",
    sortDescFirst: false,
    sortFn: (left, right, id) => compareValues(left.getValue(id), right.getValue(id)),
  }));
}

export interface TableModel<Row> {
  rows: Row[];
  columns: Column<Row>[];
  sort: TableSort | null;
  toggleSort: (id: string) => void;
  hidden: ReadonlySet<string>;
  toggleColumn: (id: string) => void;
}

type ModelProps<Row> = Pick<DataTableProps<Row>, "rows" | "columns" | "rowKey" | "sort" | "onSortChange" | "defaultSort" | "manualSort">;

/** Sorting and visibility of columns; the caller may hold the sort (as a rule in the address). */
export function useTableModel<Row>(props: ModelProps<Row>): TableModel<Row> {
  const { rows, columns, sort: given, onSortChange, defaultSort, manualSort = false } = props;
  const [own, setOwn] = useState<TableSort | null>(defaultSort ?? null);
  const [columnVisibility, setVisibility] = useState<ColumnVisibilityState>(() =>
    Object.fromEntries(columns.filter((column) => column.hidden).map((column) => [column.id, false])),
  );
  const sort = given === undefined ? own : given;
  const data = useMemo(() => rows.map((row): Wrapped<Row> => ({ row })), [rows]);
  const tableColumns = useMemo(() => toTableColumns(columns), [columns]);
  const sorting = useMemo<SortingState>(() => (sort ? [sort] : []), [sort]);
  const table = useTable({ features, columns: tableColumns, data, manualSorting: manualSort, state: { sorting, columnVisibility } });

  function toggleSort(id: string) {
    const next = sort?.id !== id ? { id, desc: false } : sort.desc ? null : { id, desc: true };
    if (given === undefined) setOwn(next);
    onSortChange?.(next);
  }

  const visible = new Set(table.getVisibleLeafColumns().map((column) => column.id));
  return {
    rows: table.getRowModel().rows.map((item) => item.original.row),
    columns: columns.filter((column) => visible.has(column.id)),
    sort,
    toggleSort,
    hidden: new Set(columns.filter((column) => !visible.has(column.id)).map((column) => column.id)),
    toggleColumn: (id) => setVisibility((last) => ({ ...last, [id]: !visible.has(id) })),
  };
}

/** Value of a cell in the CSV. */
export function csvValueOf<Row>(column: Column<Row>, row: Row): CsvValue {
  if (column.csv) return column.csv(row);
  const value = column.sort?.(row);
  return value instanceof Date ? value.toISOString() : value;
}
