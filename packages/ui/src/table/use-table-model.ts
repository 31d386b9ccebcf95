"use client";
import { useMemo, useState } from "react";
import type { CsvValue } from "./csv.ts";
import type { Column, DataTableProps, TableSort } from "./table-types.ts";

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Order of two sort values, ascending: numbers and dates by size, text in natural order (v2 before v10). */
export function compareValues(left: unknown, right: unknown): number {
  const a = left instanceof Date ? left.getTime() : left;
  const b = right instanceof Date ? right.getTime() : right;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return collator.compare(String(a), String(b));
}

/** Rows in the order of a column; equal ones stay as they came, and those without a value come last either way. */
function sortRows<Row>(rows: readonly Row[], column: Column<Row> | undefined, desc: boolean): Row[] {
  const valueOf = column?.sort;
  if (!valueOf) return [...rows];
  const keyed = rows.map((row) => ({ row, value: valueOf(row) }));
  const isMissing = (value: unknown): boolean => value === null || value === undefined || (typeof value === "number" && Number.isNaN(value));
  const present = keyed.filter(({ value }) => !isMissing(value)).sort((left, right) => compareValues(left.value, right.value) * (desc ? -1 : 1));
  return [...present, ...keyed.filter(({ value }) => isMissing(value))].map(({ row }) => row);
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
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => new Set(columns.filter((column) => column.hidden).map((column) => column.id)));
  const sort = given === undefined ? own : given;
  const sortId = sort?.id;
  const desc = sort?.desc ?? false;
  const sorted = useMemo(
    () =>
      manualSort
        ? [...rows]
        : sortRows(
            rows,
            columns.find((column) => column.id === sortId),
            desc,
          ),
    [rows, columns, sortId, desc, manualSort],
  );

  function toggleSort(id: string) {
    const next = sort?.id !== id ? { id, desc: false } : sort.desc ? null : { id, desc: true };
    if (given === undefined) setOwn(next);
    onSortChange?.(next);
  }

  return {
    rows: sorted,
    columns: columns.filter((column) => !hidden.has(column.id)),
    sort,
    toggleSort,
    hidden,
    toggleColumn: (id) =>
      setHidden((last) => {
        const next = new Set(last);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
  };
}

/** Value of a cell in the CSV. */
export function csvValueOf<Row>(column: Column<Row>, row: Row): CsvValue {
  if (column.csv) return column.csv(row);
  const value = column.sort?.(row);
  return value instanceof Date ? value.toISOString() : value;
}
