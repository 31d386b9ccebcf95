export { DataTable } from "./data-table.tsx";
export type { Column, DataTableProps, TableSelection, TableSort } from "./table-types.ts";
export { csvText, downloadText } from "./csv.ts";
export type { CsvValue } from "./csv.ts";
