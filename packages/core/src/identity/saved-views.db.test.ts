import { testDatabase } from "@trellis/db/testing";
import { beforeAll, expect, it } from "vitest";
import { actingAs, testContext } from "../kernel/testing/test-context.ts";
import { deleteSavedView, listSavedViews, saveView, saveViewInput } from "./index.ts";

const database = testDatabase();
let [ada, ben]: Awaited<ReturnType<typeof actingAs>>[] = [];
const people = () => {
  if (!ada || !ben) throw new Error("The test has not begun.");
  return { ada, ben };
};
beforeAll(async () => {
  const system = testContext({ db: database.db });
  ada = await actingAs(system, "Ada", "viewer");
  ben = await actingAs(system, "Ben", "admin");
});
const area = "experiment:12";

it("keeps views of a page by name, one of the same name replaced", async () => {
  const first = await saveView(people().ada, { area, name: "Slow", query: "filter=a" });
  await saveView(people().ada, { area, name: "Best", query: "order=b" });
  await saveView(people().ada, { area: "experiment:13", name: "Best", query: "x" });
  const again = await saveView(people().ada, { area, name: "Slow", query: "filter=c" });
  expect(again.id).toBe(first.id);
  expect((await listSavedViews(people().ada, { area })).map(({ name, query }) => `${name} ${query}`)).toEqual(["Best order=b", "Slow filter=c"]);
});

it("is nobody else's, not even an administrator's", async () => {
  const view = await saveView(people().ada, { area, name: "Mine", query: "" });
  expect(await listSavedViews(people().ben, { area })).toEqual([]);
  await expect(deleteSavedView(people().ben, { id: view.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await deleteSavedView(people().ada, { id: view.id });
  await expect(deleteSavedView(people().ada, { id: view.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

it("has an end", async () => {
  for (let index = 0; index < 100; index += 1) await saveView(people().ben, { area, name: `View ${index}`, query: "" });
  await expect(saveView(people().ben, { area, name: "One more", query: "" })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
});

it.each([{ area: "../x" }, { area: "experiment:a b" }, { name: "" }, { name: "a\0b" }, { query: "\ud800" }, { query: "x".repeat(8_001) }])(
  "refuses %j",
  (wrong) => {
    expect(saveViewInput.safeParse({ area, name: "Good", query: "", ...wrong }).success).toBe(false);
  },
);
