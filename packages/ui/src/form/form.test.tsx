import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { useHotkeys } from "../foundation/use-hotkeys.ts";
import { SegmentedControl } from "../navigation/segmented-control.tsx";
import { Tabs } from "../navigation/tabs.tsx";
import { Combobox } from "./combobox.tsx";
import { Field } from "./field.tsx";
import { NumberInput } from "./number-input.tsx";
import { Select } from "./select.tsx";
import { TextInput } from "./text-input.tsx";

afterEach(cleanup);

test("a field names its control, and ties help and error to it", () => {
  render(
    <Field label="Name" required help="Letters only." error="Taken.">
      <TextInput />
    </Field>,
  );
  const input = screen.getByRole("textbox", { name: /Name/ });
  const described = (input.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent);
  expect(described).toEqual(["Taken.", "Letters only."]);
  expect(input.getAttribute("aria-invalid")).toBe("true");
  expect(input).toHaveProperty("required", true);
});

test("numbers keep to their range and may be empty", async () => {
  const user = userEvent.setup();
  const onChange = vi.fn<(value: number | null) => void>();
  render(
    <Field label="max_depth">
      <NumberInput defaultValue={6} min={1} max={7} onValueChange={onChange} />
    </Field>,
  );
  const input = screen.getByRole("textbox", { name: "max_depth" });
  await user.click(screen.getByRole("button", { name: "Increase" }));
  expect(onChange).toHaveBeenLastCalledWith(7);
  await user.clear(input);
  expect(onChange).toHaveBeenLastCalledWith(null);
});

test("a select is named by its field and tells what was chosen", async () => {
  const user = userEvent.setup();
  const onChange = vi.fn<(value: "mae" | "r2") => void>();
  render(
    <Field label="Judge by">
      <Select
        options={[
          { value: "mae", label: "MAE" },
          { value: "r2", label: "R²" },
        ]}
        defaultValue="mae"
        onValueChange={onChange}
      />
    </Field>,
  );
  await user.click(screen.getByRole("combobox", { name: "Judge by" }));
  await user.click(await screen.findByRole("option", { name: "R²" }));
  expect(onChange).toHaveBeenCalledWith("r2");
});

test("a select opens by the arrow keys and gives the focus back to its field", async () => {
  const user = userEvent.setup();
  const onChange = vi.fn<(value: string) => void>();
  render(<Select label="Order" options={["up", "down"].map((value) => ({ value, label: value }))} value="up" onValueChange={onChange} />);
  await user.tab();
  await user.keyboard("{ArrowDown}");
  await screen.findByRole("option", { name: "down" });
  await user.keyboard("{ArrowDown}{Enter}");
  expect(onChange).toHaveBeenCalledWith("down");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("combobox", { name: "Order" })));
});

test("the arrow keys move between tabs and segments, and Tab leaves them", async () => {
  const user = userEvent.setup();
  const onTab = vi.fn<(value: string) => void>();
  const items = ["a", "b", "c"].map((value) => ({ value, label: value }));
  render(
    <>
      <Tabs label="Parts" items={items} value="a" onChange={onTab}>
        words
      </Tabs>
      <SegmentedControl label="View" items={items} value="c" onChange={() => {}} />
    </>,
  );
  await user.tab();
  await user.keyboard("{ArrowRight}{Enter}");
  expect(onTab).toHaveBeenCalledExactlyOnceWith("b");
  expect(screen.getByRole("tabpanel", { name: "a" }).textContent).toBe("words");
  await user.tab();
  await user.tab();
  await user.keyboard("{ArrowRight}");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "a" }));
});

function People({ load }: { load: (query: string) => Promise<string[]> }) {
  const [value, setValue] = useState<string | null>(null);
  return <Combobox label="Person" value={value} onValueChange={setValue} load={load} itemKey={(name) => name} itemLabel={(name) => name} />;
}

test("choices come from the server by what is typed", async () => {
  const user = userEvent.setup();
  const load = vi.fn(async (query: string) => ["Ada", "Maria"].filter((name) => name.toLowerCase().includes(query.toLowerCase())));
  render(<People load={load} />);
  await user.type(screen.getByRole("combobox", { name: "Person" }), "mar");
  await user.click(await screen.findByRole("option", { name: "Maria" }));
  expect(screen.getByRole("combobox", { name: "Person" })).toHaveProperty("value", "Maria");
});

function Keys({ go, find }: { go: () => void; find: () => void }) {
  useHotkeys({ "g r": go, "/": find, "mod+k": find });
  return <input aria-label="name" />;
}

test("keys work in sequence, and are silent while something is typed", async () => {
  const user = userEvent.setup();
  const go = vi.fn<() => void>();
  const find = vi.fn<() => void>();
  render(<Keys go={go} find={find} />);
  await user.keyboard("gr/");
  expect([go.mock.calls.length, find.mock.calls.length]).toEqual([1, 1]);
  await user.type(screen.getByRole("textbox"), "gr/");
  expect([go.mock.calls.length, find.mock.calls.length]).toEqual([1, 1]);
  await user.keyboard("{Control>}k{/Control}");
  expect(find).toHaveBeenCalledTimes(2);
});
