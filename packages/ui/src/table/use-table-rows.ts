"use client";
import { useState } from "react";
import type { KeyboardEvent, RefObject } from "react";
import { findByData } from "../foundation/find-by-data.ts";
import { useEvenRows } from "../foundation/use-even-rows.ts";
import { useHotkeys } from "../foundation/use-hotkeys.ts";
import { useNavigate } from "../links/link.tsx";
import type { DataTableProps } from "./table-types.ts";
import type { TableModel } from "./use-table-model.ts";

const virtualAbove = 100;

/** Rows that are drawn and the room above and below them, in pixels. */
export interface DrawnRows {
  indexes: number[];
  before: number;
  after: number;
  /** Only what is in sight is drawn. */
  virtual: boolean;
}

export interface TableRows {
  drawn: DrawnRows;
  activeIndex: number;
  setActiveIndex: (index: number) => void;
  opens: boolean;
  open: (index: number, newTab: boolean) => void;
  chosen: ReadonlySet<string>;
  choose: (index: number, on: boolean) => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

function useRowFocus<Row>(model: TableModel<Row>, rowKey: (row: Row) => string, scroller: RefObject<HTMLDivElement | null>, rowHeight: number) {
  const [active, setActiveIndex] = useState(0);
  const virtual = model.rows.length > virtualAbove;
  const { from, to, before, after, scrollToIndex } = useEvenRows(virtual ? model.rows.length : 0, rowHeight, scroller);
  const drawn: DrawnRows = virtual
    ? { indexes: Array.from({ length: to - from }, (_, offset) => from + offset), before, after, virtual }
    : { indexes: model.rows.map((_, index) => index), before: 0, after: 0, virtual };

  function focusRow(index: number) {
    const at = Math.max(0, Math.min(model.rows.length - 1, index));
    const row = model.rows[at];
    if (row === undefined) return;
    setActiveIndex(at);
    const find = () => findByData(scroller.current, "row", rowKey(row));
    const element = find();
    if (element) return element.focus();
    scrollToIndex(at);
    requestAnimationFrame(() => find()?.focus());
  }
  return { drawn, focusRow, setActiveIndex, activeIndex: Math.min(active, Math.max(0, model.rows.length - 1)) };
}

/** Which rows are drawn, which one has the focus, and what mouse and keys do to them. */
export function useTableRows<Row>(props: DataTableProps<Row>, model: TableModel<Row>, scroller: RefObject<HTMLDivElement | null>): TableRows {
  const { rowKey, rowHref, onRowOpen, selection, density, keyboard = "focus" } = props;
  const navigate = useNavigate();
  const { drawn, focusRow, setActiveIndex, activeIndex } = useRowFocus(model, rowKey, scroller, density === "compact" ? 28 : 37);
  const opens = rowHref !== undefined || onRowOpen !== undefined;
  const chosen = new Set(selection?.selected);

  function open(index: number, newTab: boolean) {
    const row = model.rows[index];
    if (row === undefined) return;
    const href = rowHref?.(row);
    if (href !== undefined && newTab) window.open(href, "_blank", "noopener");
    else if (onRowOpen) onRowOpen(row);
    else if (href !== undefined) navigate(href);
  }
  function choose(index: number, on: boolean) {
    const row = model.rows[index];
    if (row === undefined || !selection) return;
    const key = rowKey(row);
    selection.onChange(on ? [...selection.selected, key] : selection.selected.filter((other) => other !== key));
  }
  function toggle(index: number) {
    const row = model.rows[index];
    if (row !== undefined) choose(index, !chosen.has(rowKey(row)));
  }
  function step(by: number) {
    const inside = scroller.current?.contains(document.activeElement) && document.activeElement?.closest("[data-row]") !== null;
    focusRow(inside ? activeIndex + by : activeIndex);
  }
  useHotkeys({ j: () => step(1), k: () => step(-1) }, { enabled: keyboard === "page" });

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    if (!(event.target instanceof HTMLElement) || event.target.dataset["row"] === undefined || event.altKey) return;
    const mod = event.ctrlKey || event.metaKey;
    const moves: Record<string, number> = {
      j: 1,
      ArrowDown: 1,
      k: -1,
      ArrowUp: -1,
      PageDown: 10,
      PageUp: -10,
      Home: -model.rows.length,
      End: model.rows.length,
    };
    const move = moves[event.key];
    if (move !== undefined && !mod) focusRow(activeIndex + move);
    else if (event.key === "Enter" && opens) open(activeIndex, mod);
    else if ((event.key === "x" || event.key === " ") && selection && !mod) toggle(activeIndex);
    else return;
    event.preventDefault();
  }
  return { drawn, activeIndex, setActiveIndex, opens, open, chosen, choose, onKeyDown };
}
