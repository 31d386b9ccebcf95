import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { type Side, sideColor } from "./compare-model";
import { MetricCell, ValuesTable } from "./values-table";

afterEach(cleanup);

const side = (id: string, place: number): Side => ({
  id,
  label: id,
  detail: "",
  href: `/${id}`,
  color: sideColor(place),
  runId: id,
  code: null,
  lockDigest: null,
  data: [],
  signature: null,
});
const sides = [side("first", 0), side("second", 1)];

function table(rows: { key: string; values: (number | null)[]; differs: boolean }[]) {
  render(
    <ValuesTable
      noun="Metric"
      rows={rows}
      sides={sides}
      csvName="metrics"
      empty="No metrics"
      cell={(value, base, place) => <MetricCell value={value} base={base} place={place} />}
    />,
  );
}

const bodyRows = () => screen.getAllByRole("row").slice(1);

test("each value stands beside its distance from the base; what differs says so", () => {
  table([
    { key: "auc", values: [0.5, 0.6], differs: true },
    { key: "rows", values: [300, 300], differs: false },
    { key: "f1", values: [null, 1], differs: true },
  ]);
  const [auc, rows, f1] = bodyRows().map((row) =>
    within(row)
      .getAllByRole("cell")
      .map((cell) => cell.textContent),
  );
  expect(auc).toEqual(["auc, differs", "0.5", "0.6+20 %"]);
  expect(rows).toEqual(["rows", "300", "300"]);
  expect(f1).toEqual(["f1, differs", "–", "1"]);
});

test("of many rows only those that differ are shown at first", async () => {
  const user = userEvent.setup();
  table(Array.from({ length: 20 }, (_, index) => ({ key: `m${index}`, values: [1, index === 3 ? 2 : 1], differs: index === 3 })));
  expect(bodyRows()).toHaveLength(1);
  await user.click(screen.getByRole("switch", { name: "Only what differs (1 of 20)" }));
  expect(bodyRows()).toHaveLength(20);
});

test("nothing is said where there is nothing", () => {
  table([]);
  expect(screen.getByText("No metrics")).toBeTruthy();
});
