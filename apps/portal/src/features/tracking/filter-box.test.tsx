import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { FilterBox, type FilterProblem } from "./filter-box";

afterEach(cleanup);
Element.prototype.scrollIntoView ??= () => {};

const keys = { metrics: ["auc", "val loss"], params: ["depth"], tags: [] };

function box(value = "", problem: FilterProblem | null = null) {
  const onApply = vi.fn<(filter: string) => void>();
  const view = render(<FilterBox value={value} onApply={onApply} keys={keys} problem={problem} />);
  return { onApply, input: screen.getByRole<HTMLInputElement>("combobox", { name: "Filter runs" }), ...view };
}

test("a filter can be written with arrows, Enter and a number alone", async () => {
  const user = userEvent.setup();
  const { input, onApply } = box();
  await user.click(input);
  await user.keyboard("au{ArrowDown}{Enter}");
  expect(input.value).toBe("metrics.auc ");
  await user.keyboard("> 0.8{Enter}");
  expect(onApply).toHaveBeenCalledExactlyOnceWith("metrics.auc > 0.8");
  expect(screen.queryByRole("listbox")).toBeNull();
});

test("the chosen suggestion is told to readers, and Escape closes the list before it gives the text up", async () => {
  const user = userEvent.setup();
  const { input } = box("params.depth = '6'");
  await user.click(input);
  await user.keyboard(" AND val{ArrowDown}");
  const option = screen.getByRole("option", { selected: true });
  expect(option.textContent).toContain("metrics.val loss");
  expect(input.getAttribute("aria-activedescendant")).toBe(option.id);
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("listbox")).toBeNull();
  expect(input.value).toBe("params.depth = '6' AND val");
  await user.keyboard("{Escape}");
  expect(input.value).toBe("params.depth = '6'");
});

test("a fault is marked where it stands, and goes when the text changes", async () => {
  const user = userEvent.setup();
  const { input } = box("metrics.auc > 'high'", { message: "Expected a number.", column: 15 });
  expect(screen.getByRole("alert").textContent).toContain("Expected a number.");
  expect(screen.getByRole("alert").querySelector("mark")?.textContent).toBe("'high'");
  expect(input.getAttribute("aria-invalid")).toBe("true");
  await user.type(input, "1");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("it follows the address, and can be emptied", async () => {
  const user = userEvent.setup();
  const { input, onApply, rerender } = box("a = 1");
  rerender(<FilterBox value="b = 2" onApply={onApply} keys={keys} problem={null} />);
  expect(input.value).toBe("b = 2");
  await user.click(screen.getByRole("button", { name: "Empty the filter" }));
  expect(onApply).toHaveBeenCalledWith("");
});
