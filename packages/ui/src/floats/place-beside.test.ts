import { expect, test } from "vitest";
import { placeBeside } from "./place-beside.ts";

const screen = { width: 400, height: 300 };
const size = { width: 100, height: 20 };

test("stands centred on the wanted side", () => {
  expect(placeBeside({ left: 150, top: 100, width: 40, height: 40 }, size, screen, "top")).toEqual({ left: 120, top: 74, side: "top" });
  expect(placeBeside({ left: 150, top: 100, width: 40, height: 40 }, size, screen, "right")).toEqual({ left: 196, top: 110, side: "right" });
});

test("goes to the other side where there is no room, and never off the screen", () => {
  expect(placeBeside({ left: 370, top: 4, width: 28, height: 28 }, size, screen, "top")).toEqual({ left: 292, top: 38, side: "bottom" });
  expect(placeBeside({ left: 0, top: 270, width: 28, height: 28 }, size, screen, "left")).toEqual({ left: 34, top: 272, side: "right" });
});
