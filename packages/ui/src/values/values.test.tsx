import { act, cleanup, render, screen } from "@testing-library/react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Duration } from "./duration.tsx";
import { Time } from "./time.tsx";

const now = Date.UTC(2026, 10, 24, 15, 4);

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(now);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test("the server and the first draw agree; then the time is relative and ticks", async () => {
  const element = <Time at={now - 120_000} />;
  const html = renderToString(element);
  expect(html).toContain(">2026-11-24 15:02:00 UTC</time>");
  const box = document.createElement("div");
  box.innerHTML = html;
  document.body.append(box);
  const complaint = vi.fn<(error: unknown) => void>();
  // The browser's clock is elsewhere by now: hydration must not care.
  vi.setSystemTime(now + 3000);
  const root = await act(async () => hydrateRoot(box, element, { onRecoverableError: complaint }));
  expect(complaint).not.toHaveBeenCalled();
  expect(box.textContent).toBe("2 min ago");
  await act(async () => {
    await vi.advanceTimersByTimeAsync(60_000);
  });
  expect(box.textContent).toBe("3 min ago");
  act(() => root.unmount());
  box.remove();
});

test("the exact time and zone are one hover away", () => {
  render(<Time at="2026-11-24T12:00:00Z" />);
  const time = screen.getByText("3 h ago");
  expect(time.getAttribute("datetime")).toBe("2026-11-24T12:00:00.000Z");
  expect(time.getAttribute("title")).toContain("2026-11-24 12:00:00 UTC");
});

test("a running length counts, a finished one stands", async () => {
  const { rerender, container } = render(<Duration from={now - 65_000} live />);
  expect(container.textContent).toBe("1 min 5 s");
  await act(async () => {
    await vi.advanceTimersByTimeAsync(2000);
  });
  expect(container.textContent).toBe("1 min 7 s");
  rerender(<Duration from={now - 65_000} to={now} live />);
  await act(async () => {
    await vi.advanceTimersByTimeAsync(5000);
  });
  expect(container.textContent).toBe("1 min 5 s");
});
