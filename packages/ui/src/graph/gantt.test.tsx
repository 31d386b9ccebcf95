import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { Gantt } from "./gantt.tsx";
import type { GanttData, GanttSelection } from "./gantt-types.ts";

afterEach(cleanup);

const start = Date.UTC(2026, 10, 24, 6);
const data: GanttData = {
  startedAt: start,
  endedAt: start + 100_000,
  now: start + 100_000,
  lanes: [
    {
      id: "prepare",
      label: "prepare",
      stage: "data",
      status: "succeeded",
      attempts: [{ number: 1, status: "succeeded", queuedAt: start, startedAt: start + 2000, endedAt: start + 20_000 }],
    },
    {
      id: "train",
      label: "train",
      stage: "train",
      status: "failed",
      reason: "Out of memory",
      critical: true,
      attempts: [
        { number: 1, status: "failed", startedAt: start + 20_000, endedAt: start + 50_000 },
        { number: 2, status: "failed", startedAt: start + 60_000, endedAt: start + 100_000 },
      ],
    },
    ...Array.from({ length: 12 }, (_, index) => ({
      id: `t${index}`,
      label: `trial ${index}`,
      stage: "train",
      parent: "trials",
      status: "succeeded",
      attempts: [],
    })),
    { id: "trials", label: "trials", stage: "train", status: "succeeded", group: true, attempts: [] },
  ],
};

test("readers hear what the bars show", () => {
  render(<Gantt data={data} label="Steps" />);
  expect(
    screen.getByRole("option", { name: /train\. train; Failed; attempt 1 failed, ran 30 s; attempt 2 failed, ran 40 s; Out of memory; on the critical path/ }),
  ).toBeTruthy();
});

test("the keyboard moves, changes the attempt, opens and unfolds", async () => {
  const user = userEvent.setup();
  const onSelect = vi.fn<(selection: GanttSelection) => void>();
  const onOpen = vi.fn<(selection: GanttSelection) => void>();
  render(<Gantt data={data} label="Steps" onSelect={onSelect} onOpen={onOpen} />);
  await user.click(screen.getByRole("option", { name: /prepare/ }));
  await user.keyboard("j");
  expect(document.activeElement?.getAttribute("data-lane")).toBe("train");
  expect(screen.getByRole("option", { name: /train\. train/ }).getAttribute("aria-selected")).toBe("true");
  await user.keyboard("[[");
  expect(onSelect).toHaveBeenLastCalledWith({ laneId: "train", attempt: 1 });
  await user.keyboard("{Enter}");
  expect(onOpen).toHaveBeenCalledWith({ laneId: "train", attempt: 1 });
  expect(screen.queryByRole("option", { name: /trial 3\b/ })).toBeNull();
  await user.keyboard("j{ArrowRight}");
  expect(screen.getByRole("option", { name: /trial 3\b/ })).toBeTruthy();
});
