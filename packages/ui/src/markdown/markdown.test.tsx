import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Markdown } from "./markdown.tsx";

afterEach(cleanup);

test("nothing in it can run or fetch", () => {
  const { container } = render(
    <Markdown
      source={[
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "[run](javascript:alert(1)) [tab](data:text/html,x) [odd](JaVaScRiPt:alert(1)) [near](//evil.example/x) [blank](<java\tscript:alert(1)>)",
        "![spy](https://evil.example/pixel.png)",
        '<iframe src="https://evil.example"></iframe>',
      ].join("\n\n")}
    />,
  );
  expect(container.querySelector("script, iframe, img, [onerror]")).toBeNull();
  expect([...container.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toEqual([]);
  expect(container.textContent).toContain("[spy]");
});

test("headings sink below the title of the page, tables and code are drawn", () => {
  render(<Markdown source={"# Flight delay\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```bash\nuv sync\n```\n"} />);
  expect(screen.getByRole("heading", { name: "Flight delay" }).tagName).toBe("H2");
  expect(screen.getByRole("table")).toBeTruthy();
  expect(screen.getByRole("region", { name: "Code" }).textContent).toContain("uv sync");
});

test("relative links and pictures go where the caller says", () => {
  render(
    <Markdown
      source="[guide](docs/guide.md) ![plot](plot.png) [secret](private.md)"
      resolveUrl={(url) => (url.startsWith("private") ? null : `/files/${url}`)}
    />,
  );
  expect(screen.getByRole("link", { name: "guide" }).getAttribute("href")).toBe("/files/docs/guide.md");
  expect(screen.getByRole("img", { name: "plot" }).getAttribute("src")).toBe("/files/plot.png");
  expect(screen.queryByRole("link", { name: "secret" })).toBeNull();
});
