"use client";

import { EmptyState, Switch, TextLink } from "@trellis/ui";
import { type Column, DataTable } from "@trellis/ui/table";
import { type ReactNode, useState } from "react";
import { type ComparedRow, deltaOf, type Side } from "./compare-model";
import { deltaText, metricText } from "./metric-text";

type Props<Value> = {
  /** What the rows are, e.g. `Metric`. */
  noun: string;
  rows: ComparedRow<Value>[];
  sides: Side[];
  cell(value: Value | null, base: Value | null, place: number): ReactNode;
  csvName: string;
  empty: string;
};

/** Rows this many and more begin with only those that differ. */
const MANY = 15;

/** One value a row and column; rows that differ are marked and can be had alone. */
export function ValuesTable<Value extends string | number>({ noun, rows, sides, cell, csvName, empty }: Props<Value>) {
  const differing = rows.filter((row) => row.differs);
  const [onlyDiffering, setOnlyDiffering] = useState(rows.length >= MANY && differing.length > 0);
  if (rows.length === 0) return <EmptyState compact title={empty} />;
  const columns: Column<ComparedRow<Value>>[] = [
    {
      id: "key",
      header: noun,
      mono: true,
      width: "22%",
      cell: (row) => (
        <span className={`inline-flex items-baseline gap-2 wrap-anywhere ${row.differs ? "font-medium text-ink" : "text-ink-2"}`}>
          <span aria-hidden className={`size-1.5 shrink-0 self-center rounded-full ${row.differs ? "bg-warn" : "bg-transparent"}`} />
          {row.key}
          {row.differs ? <span className="sr-only">, differs</span> : null}
        </span>
      ),
      sort: (row) => row.key,
      csv: (row) => row.key,
    },
    ...sides.map((side, place): Column<ComparedRow<Value>> => ({
      id: side.id,
      header: side.label,
      headerNode: <SideHead side={side} base={place === 0} />,
      mono: true,
      cell: (row) => <span className={row.differs ? "text-ink" : "text-ink-2"}>{cell(row.values[place] ?? null, row.values[0] ?? null, place)}</span>,
      csv: (row) => row.values[place] ?? null,
    })),
  ];
  return (
    <DataTable
      label={`${noun}s side by side`}
      rows={onlyDiffering ? differing : rows}
      rowKey={(row) => row.key}
      columns={columns}
      density="compact"
      csvName={csvName}
      empty={<EmptyState compact title="All of them are the same" />}
      footer={<Switch label={`Only what differs (${differing.length} of ${rows.length})`} checked={onlyDiffering} onCheckedChange={setOnlyDiffering} />}
    />
  );
}

/** Name of a column in its colour. */
export function SideHead({ side, base }: { side: Side; base: boolean }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <span aria-hidden className="size-2 rounded-xs" style={{ background: side.color }} />
      <TextLink quiet href={side.href}>
        {side.label}
      </TextLink>
      {base ? <span className="text-ink-3">(base)</span> : null}
    </span>
  );
}

/** A number, and how far it is from the base. */
export function MetricCell({ value, base, place }: { value: number | null; base: number | null; place: number }) {
  const delta = place === 0 ? null : deltaOf(value, base);
  return (
    <span className="inline-flex items-baseline gap-2 whitespace-nowrap">
      {value === null ? "–" : <span title={String(value)}>{metricText(value)}</span>}
      {delta ? <span className="text-[11px] text-ink-3">{deltaText(delta)}</span> : null}
    </span>
  );
}
