import type { ReactNode } from "react";
import type { Tone } from "../foundation/types.ts";
import type { CsvValue } from "./csv.ts";

export interface Column<Row> {
  id: string;
  /** Words of the head; also the name in the CSV and in the column menu. */
  header: string;
  /** Drawn instead of the words. */
  headerNode?: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Makes the column sortable; null and undefined always come last. */
  sort?: (row: Row) => string | number | Date | null | undefined;
  /** Value in the CSV; by default the sort value. Return null to leave a cell empty. */
  csv?: (row: Row) => CsvValue;
  align?: "left" | "right" | "center";
  /** Pixels or a CSS width. */
  width?: number | string;
  mono?: boolean;
  /** Not drawn on screens narrower than this. */
  hideBelow?: "sm" | "md" | "lg" | "xl";
  /** Off at first; the column menu brings it back. */
  hidden?: boolean;
  /** Cuts long content with an ellipsis (set a width). */
  truncate?: boolean;
  /** Wraps the cell in the row's link. Only for cells without a link of their own. */
  link?: boolean;
}

export interface TableSort {
  id: string;
  desc: boolean;
}

export interface TableSelection {
  selected: readonly string[];
  onChange: (keys: string[]) => void;
}

export interface DataTableProps<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** Name of the table for readers. */
  label: string;
  /** Where a row leads: click, Enter, Ctrl-click for a new tab. */
  rowHref?: (row: Row) => string | undefined;
  onRowOpen?: (row: Row) => void;
  sort?: TableSort | null;
  onSortChange?: (sort: TableSort | null) => void;
  defaultSort?: TableSort;
  /** Rows come sorted (by the server); the head only reports. */
  manualSort?: boolean;
  loading?: boolean;
  empty?: ReactNode;
  error?: ReactNode;
  selection?: TableSelection;
  density?: "normal" | "compact";
  /** The table scrolls inside this height; above 100 rows it does so anyway. */
  maxHeight?: number | string;
  /** Name of the CSV file, without ending; shows "Download CSV". */
  csvName?: string;
  footer?: ReactNode;
  rowTone?: (row: Row) => Tone | undefined;
  /** Key of the row shown elsewhere on the page, such as in a pane. */
  activeKey?: string | null;
  /** page: j and k work from anywhere on the page. */
  keyboard?: "focus" | "page";
  hasMore?: boolean;
  onLoadMore?: () => void;
  columnMenu?: boolean;
}
