import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { LogView } from "./log-view.tsx";

afterEach(cleanup);

test("a hundred thousand lines are a handful of elements, and search counts them all", async () => {
  const user = userEvent.setup();
  const lines = Array.from({ length: 100_000 }, (_, index) => (index % 1000 === 0 ? `WARN slow row ${index}` : `row ${index}`));
  render(<LogView lines={lines} label="Log" />);
  expect(screen.getByRole("log").querySelectorAll("[data-index]").length).toBeLessThan(100);
  expect(screen.getByText("100 warnings")).toBeTruthy();
  await user.type(screen.getByRole("searchbox"), "slow");
  expect(await screen.findByText("100 lines")).toBeTruthy();
  await user.keyboard("{Enter}");
  expect(await screen.findByText("1 of 100")).toBeTruthy();
  await user.keyboard("{Shift>}{Enter}{/Shift}");
  expect(await screen.findByText("100 of 100")).toBeTruthy();
});

test("following is a switch, and searching lets go of the end", async () => {
  const user = userEvent.setup();
  const onFollow = vi.fn<(follow: boolean) => void>();
  const { rerender } = render(<LogView live lines={["a", "b"]} label="Log" onFollowChange={onFollow} />);
  expect(screen.getByRole("switch", { name: "Follow" }).getAttribute("aria-checked")).toBe("true");
  await user.type(screen.getByRole("searchbox"), "a{Enter}");
  expect(onFollow).toHaveBeenLastCalledWith(false);
  rerender(<LogView live lines={["a", "b", "c", "d"]} label="Log" onFollowChange={onFollow} />);
  await user.click(screen.getByRole("button", { name: "Jump to end (2 new)" }));
  expect(onFollow).toHaveBeenLastCalledWith(true);
});

test("an empty log says why", () => {
  render(<LogView live lines={[]} label="Log" />);
  expect(screen.getByText("No output yet")).toBeTruthy();
});
