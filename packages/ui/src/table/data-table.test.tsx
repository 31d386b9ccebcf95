import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { LinkProvider } from "../links/link.tsx";
import { DataTable } from "./data-table.tsx";
import type { Column, DataTableProps } from "./table-types.ts";

afterEach(cleanup);

interface Version {
  id: string;
  mae: number | null;
}

const rows: Version[] = [
  { id: "v2", mae: 14 },
  { id: "v10", mae: null },
  { id: "v1", mae: 16 },
];
const columns: Column<Version>[] = [
  { id: "version", header: "Version", cell: (row) => row.id, sort: (row) => row.id },
  { id: "mae", header: "MAE", cell: (row) => row.mae ?? "–", sort: (row) => row.mae, align: "right" },
];

function table(more: Partial<DataTableProps<Version>> = {}) {
  const navigate = vi.fn<(href: string) => void>();
  render(
    <LinkProvider navigate={navigate}>
      <DataTable label="Versions" rows={rows} columns={columns} rowKey={(row) => row.id} rowHref={(row) => `/versions/${row.id}`} {...more} />
    </LinkProvider>,
  );
  return navigate;
}

const order = () =>
  screen
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getAllByRole("cell")[0]?.textContent);

test("columns sort up, down and not at all; unknown values come last both ways", async () => {
  const user = userEvent.setup();
  table();
  const head = screen.getByRole("button", { name: "MAE" });
  await user.click(head);
  expect(order()).toEqual(["v2", "v1", "v10"]);
  expect(screen.getByRole("columnheader", { name: "MAE" }).getAttribute("aria-sort")).toBe("ascending");
  await user.click(head);
  expect(order()).toEqual(["v1", "v2", "v10"]);
  await user.click(head);
  expect(order()).toEqual(["v2", "v10", "v1"]);
});

test("text sorts as people count: v2 before v10", async () => {
  table({ defaultSort: { id: "version", desc: false } });
  expect(order()).toEqual(["v1", "v2", "v10"]);
});

test("j and k move, Enter opens, and only one row is in the tab order", async () => {
  const user = userEvent.setup();
  const navigate = table();
  const body = screen.getAllByRole("row").slice(1);
  expect(body.map((row) => row.tabIndex)).toEqual([0, -1, -1]);
  body[0]?.focus();
  await user.keyboard("jj");
  expect(document.activeElement).toBe(body[2]);
  await user.keyboard("jk{Enter}");
  expect(document.activeElement).toBe(body[1]);
  expect(navigate).toHaveBeenCalledExactlyOnceWith("/versions/v10");
});

test("keys reach the table from the whole page when asked to", async () => {
  const user = userEvent.setup();
  table({ keyboard: "page" });
  await user.keyboard("j");
  expect(document.activeElement).toBe(screen.getAllByRole("row")[1]);
});

test("a click opens a row, but not on what the row holds", async () => {
  const user = userEvent.setup();
  const navigate = table({ columns: [...columns, { id: "act", header: "Do", cell: () => <button type="button">Roll back</button> }] });
  await user.click(screen.getAllByRole("button", { name: "Roll back" })[0] ?? document.body);
  expect(navigate).not.toHaveBeenCalled();
  await user.click(screen.getByText("v1"));
  expect(navigate).toHaveBeenCalledWith("/versions/v1");
});

test("rows are chosen one by one or all at once", async () => {
  const user = userEvent.setup();
  const onChange = vi.fn<(keys: string[]) => void>();
  table({ selection: { selected: ["v2"], onChange } });
  await user.click(screen.getByRole("checkbox", { name: "Select row 3" }));
  expect(onChange).toHaveBeenLastCalledWith(["v2", "v1"]);
  await user.click(screen.getByRole("checkbox", { name: "Select all rows" }));
  expect(onChange).toHaveBeenLastCalledWith(["v2", "v10", "v1"]);
});

test("long tables draw only what is seen", () => {
  const many = Array.from({ length: 5000 }, (_, index): Version => ({ id: `v${index}`, mae: index }));
  table({ rows: many });
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("5001");
  expect(screen.getAllByRole("row").length).toBeLessThan(100);
});

test("nothing yet is said, and loading is not nothing", () => {
  table({ rows: [], empty: <p>No version yet</p> });
  expect(screen.getByText("No version yet")).toBeTruthy();
  cleanup();
  table({ rows: [], loading: true, empty: <p>No version yet</p> });
  expect(screen.queryByText("No version yet")).toBeNull();
});
