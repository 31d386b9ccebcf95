import { experiment } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { openTrackingLab, type TrackingLab } from "../testing/tracking-lab.ts";
import { searchExperiments } from "./search-experiments.ts";

const database = testDatabase();
let lab: TrackingLab;

/** In the order in which they were made, a second apart, but for the last two, which are of one moment. */
const NAMES = ["Abc", "ab", "Default", "a", "it's 100%", "it's 1001"];
const TAGS: Record<string, Record<string, string>> = { Abc: { team: "red", note: "" }, ab: { team: "Red" }, a: { "my.key": 'x"y' } };
const START = Date.parse("2026-01-01T00:00:00Z");

beforeAll(async () => {
  lab = await openTrackingLab(database.db);
  for (const [index, name] of NAMES.entries()) {
    const at = new Date(START + Math.min(index, 4) * 1_000);
    await database.db
      .insert(experiment)
      .values({ projectId: lab.projectId, name, tags: TAGS[name] ?? {}, createdAt: at, updatedAt: new Date(at.getTime() + 500) });
  }
});

type Query = Partial<Parameters<typeof searchExperiments>[1]>;
const search = (query: Query) => searchExperiments(lab.ada, { scope: lab.scope, ...query });
const names = async (query: Query) => (await search(query)).experiments.map(({ name }) => name);

describe("searchExperiments", () => {
  it("gives the newest first, then by number", async () => {
    expect(await names({})).toEqual(["it's 100%", "it's 1001", "a", "Default", "ab", "Abc"]);
  });

  it("sorts names by their bytes", async () => {
    expect(await names({ orderBy: ["name DESC"] })).toEqual(["it's 1001", "it's 100%", "ab", "a", "Default", "Abc"]);
    expect(await names({ orderBy: ["experiment_id"] })).toEqual(NAMES);
    expect(await names({ orderBy: ["last_update_time ASC", "name DESC"] })).toEqual(["Abc", "ab", "Default", "a", "it's 1001", "it's 100%"]);
  });

  it.each([
    ["name = 'Abc'", ["Abc"]],
    ["name != 'Abc' and name LIKE '%b%'", ["ab"]],
    ["attribute.name ILIKE 'A%'", ["a", "ab", "Abc"]],
    [String.raw`name LIKE '%100\%'`, ["it's 100%"]],
    ["name LIKE '%100_'", ["it's 100%", "it's 1001"]],
    ['name = "it\'s 1001"', ["it's 1001"]],
    ["tags.team = 'red'", ["Abc"]],
    ["tags.team != 'red'", ["ab"]],
    ["tag.team ILIKE 're_'", ["ab", "Abc"]],
    ["tags.`my.key` = 'x\"y'", ["a"]],
    ["tags.note = ''", ["Abc"]],
    ["tags.team IS NOT NULL", ["ab", "Abc"]],
    ["tags.team IS NULL and name LIKE 'a%'", ["a"]],
    [`creation_time = ${START}`, ["Abc"]],
    [`creation_time >= ${START + 1_000} and last_update_time < ${START + 3_000.5}`, ["Default", "ab"]],
    [`creation_time < 0`, []],
  ])("understands %s", async (filter, expected) => {
    expect(await names({ filter })).toEqual(expected);
  });

  it("neither repeats nor skips, whatever the pages' sizes, and ends where there is no more", async () => {
    for (const orderBy of [[], ["name"], ["last_update_time DESC"], ["creation_time"]]) {
      const all = await names({ orderBy });
      for (const size of [1, 2, 3, 5, 6, 7]) {
        const paged: string[] = [];
        let pageToken: string | null = null;
        do {
          const page: Awaited<ReturnType<typeof search>> = await search({ orderBy, maxResults: size, pageToken });
          paged.push(...page.experiments.map(({ name }) => name));
          pageToken = page.nextPageToken;
        } while (pageToken);
        expect(paged).toEqual(all);
      }
    }
  });

  it("does not lose its place when something is added before it", async () => {
    const first = await search({ maxResults: 2, orderBy: ["name"] });
    await database.db.insert(experiment).values({ projectId: lab.projectId, name: "AAA", createdAt: new Date(START - 1), updatedAt: new Date(START - 1) });
    const rest = await search({ maxResults: 10, orderBy: ["name"], pageToken: first.nextPageToken });
    expect([...first.experiments, ...rest.experiments].map(({ name }) => name)).toEqual(["Abc", "Default", "a", "ab", "it's 100%", "it's 1001"]);
    await database.db.delete(experiment).where(eq(experiment.name, "AAA"));
  });

  it("shows deleted ones only when they are asked for", async () => {
    await database.db.update(experiment).set({ deletedAt: new Date() }).where(eq(experiment.name, "a"));
    expect(await names({ filter: "name = 'a'" })).toEqual([]);
    expect(await names({ view: "deleted" })).toEqual(["a"]);
    expect(await names({ view: "all" })).toHaveLength(NAMES.length);
    await database.db.update(experiment).set({ deletedAt: null }).where(eq(experiment.name, "a"));
  });

  it("shows what the actor may see", async () => {
    const hidden = await openTrackingLab(database.db, { visibility: "private" });
    await hidden.experiment("secret");
    const seen = async (ctx: typeof lab.ada, projectId: string | null) =>
      (await searchExperiments(ctx, { scope: { projectId } })).experiments.map(({ name }) => name);
    expect(await seen(lab.ada, null)).not.toContain("secret");
    expect(await seen(hidden.ada, null)).toEqual(expect.arrayContaining(["secret", "Abc"]));
    expect(await seen(hidden.ada, hidden.projectId)).toEqual(["secret"]);
    expect(await seen(lab.ada, hidden.projectId)).toEqual([]);
    expect(await seen(await lab.person("Root", "admin"), hidden.projectId)).toEqual(["secret"]);
  });

  it("refuses what it cannot understand", async () => {
    await expect(search({ filter: "name > 'a'" })).rejects.toMatchObject({ code: "INVALID" });
    await expect(search({ filter: "params.a = 'a'" })).rejects.toMatchObject({ code: "INVALID" });
    await expect(search({ orderBy: ["name", "name DESC"] })).rejects.toMatchObject({ code: "INVALID" });
    await expect(search({ maxResults: 50_001 })).rejects.toMatchObject({ code: "INVALID" });
    const { nextPageToken } = await search({ maxResults: 1 });
    await expect(search({ maxResults: 1, filter: "name = 'a'", pageToken: nextPageToken })).rejects.toMatchObject({ code: "INVALID" });
  });
});
