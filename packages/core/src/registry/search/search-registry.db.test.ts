import { modelVersion, project, registeredModel } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../kernel/ids.ts";
import { openRegistryLab, type RegistryLab } from "../testing/registry-lab.ts";
import { searchModelVersions, searchRegisteredModels } from "../index.ts";

const database = testDatabase();
let lab: RegistryLab;
let projectId: string;

const START = Date.parse("2026-01-01T00:00:00Z");
const at = (second: number) => new Date(START + second * 1_000);
/** Two of one moment, so that ties are broken by name. */
const MODELS: { name: string; second: number; tags: Record<string, string> }[] = [
  { name: "Abc", second: 3, tags: { team: "red" } },
  { name: "ab", second: 2, tags: { team: "Red", "a.b": "it's" } },
  { name: "a", second: 2, tags: {} },
  { name: "100%", second: 1, tags: { note: "" } },
  { name: "my prompt", second: 9, tags: { "mlflow.prompt.is_prompt": "true", team: "red" } },
];

async function lay(name: string, second: number, tags: Record<string, string>, versions: number): Promise<void> {
  const model = { id: newId(), projectId, name, tags, lastVersion: versions, createdAt: at(0), updatedAt: at(second) };
  await database.db.insert(registeredModel).values(model);
  for (let version = 1; version <= versions; version += 1)
    await database.db.insert(modelVersion).values({
      ...{ id: newId(), modelId: model.id, version, digest: "d", sizeBytes: 1, origin: "client" as const },
      ...{
        runRef: `run${version}`,
        source: `models:/m-${version}`,
        userName: "Ada",
        signature: { inputs: [], outputs: [] },
        descriptor: {},
        metrics: {},
        params: {},
      },
      ...{ tags: { ...tags, number: String(version) }, createdAt: at(second), updatedAt: at(version % 2) },
    });
}

beforeAll(async () => {
  lab = await openRegistryLab(database.handle);
  const [own] = await database.db.select({ id: project.id }).from(project);
  projectId = own?.id ?? "";
  for (const { name, second, tags } of MODELS) await lay(name, second, tags, 3);
  await lay("gone", 0, {}, 1);
  await database.db
    .update(registeredModel)
    .set({ deletedAt: at(9) })
    .where(eq(registeredModel.name, "gone"));
});

type Query = Partial<Parameters<typeof searchRegisteredModels>[1]>;
const scope = { projectId: null };
const models = async (query: Query, ctx = lab.ada) => (await searchRegisteredModels(ctx, { scope, ...query })).models.map(({ name }) => name);
const versions = async (query: Query, ctx = lab.ada) =>
  (await searchModelVersions(ctx, { scope, ...query })).versions.map(({ model, version }) => `${model} ${version}`);

async function pages<Each>(size: number, read: (query: Query) => Promise<{ found: Each[]; nextPageToken: string | null }>): Promise<Each[]> {
  const all: Each[] = [];
  let pageToken: string | null = null;
  do {
    const page: { found: Each[]; nextPageToken: string | null } = await read({ maxResults: size, pageToken });
    all.push(...page.found);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return all;
}

describe("searchRegisteredModels", () => {
  it("gives models by the bytes of their names, without deleted ones and prompts", async () => {
    expect(await models({})).toEqual(["100%", "Abc", "a", "ab"]);
    expect(await models({ orderBy: ["timestamp DESC"] })).toEqual(["Abc", "a", "ab", "100%"]);
    expect(await models({ orderBy: ["last_updated_timestamp ASC", "name DESC"] })).toEqual(["100%", "ab", "a", "Abc"]);
  });

  it.each([
    ["name = 'Abc'", ["Abc"]],
    ["name != 'Abc'", ["100%", "a", "ab"]],
    ["name LIKE 'a%'", ["a", "ab"]],
    ["name ILIKE 'A%'", ["Abc", "a", "ab"]],
    [String.raw`name LIKE '%\%'`, ["100%"]],
    ["tags.team = 'red'", ["Abc"]],
    ["tags.team != 'red'", ["ab"]],
    ["tags.team ILIKE 'RED' and name LIKE 'A%'", ["Abc"]],
    ['tags.`a.b` = "it\'s"', ["ab"]],
    ["tags.note = ''", ["100%"]],
    ["tags.`mlflow.prompt.is_prompt` = 'true'", ["my prompt"]],
    ["tags.mlflow.prompt.is_prompt != 'true'", ["100%", "Abc", "a", "ab"]],
    ["tags.`mlflow.prompt.is_prompt` = 'false' and tags.team = 'red'", ["Abc"]],
  ])("understands %s", async (filter, expected) => {
    expect(await models({ filter })).toEqual(expected);
  });

  it("neither repeats nor skips, whatever the pages' size", async () => {
    for (const orderBy of [[], ["name DESC"], ["timestamp"], ["timestamp DESC"]])
      for (const size of [1, 2, 3, 4])
        expect(
          await pages(size, async (query) => {
            const page = await searchRegisteredModels(lab.ada, { scope, orderBy, ...query });
            return { found: page.models.map(({ name }) => name), nextPageToken: page.nextPageToken };
          }),
        ).toEqual(await models({ orderBy }));
  });

  it("shows what the actor may see", async () => {
    expect(await models({}, lab.ben)).toEqual([]);
    expect(await versions({}, lab.ben)).toEqual([]);
    expect(await models({ scope: { projectId } })).toHaveLength(4);
    expect(await models({ scope: { projectId: newId() } })).toEqual([]);
  });

  it("refuses what it cannot understand", async () => {
    for (const query of [
      { filter: "run_id = 'x'" },
      { filter: "name IN ('a')" },
      { orderBy: ["version_number"] },
      { orderBy: ["timestamp", "last_updated_timestamp"] },
      { maxResults: 1_001 },
      { pageToken: "!" },
    ])
      await expect(models(query)).rejects.toMatchObject({ code: "INVALID" });
  });
});

describe("searchModelVersions", () => {
  it("gives the last updated first, then by name, then the newest number", async () => {
    const of = (...numbers: number[]) => ["100%", "Abc", "a", "ab"].flatMap((name) => numbers.map((number) => `${name} ${number}`));
    expect(await versions({})).toEqual([...of(3, 1), ...of(2)]);
    expect(await versions({ orderBy: ["name DESC", "version_number ASC"], maxResults: 2 })).toEqual(["ab 1", "ab 2"]);
    expect(await versions({ orderBy: ["creation_timestamp DESC"], maxResults: 2 })).toEqual(["Abc 3", "Abc 1"]);
  });

  it.each([
    ["name = 'Abc'", ["Abc 3", "Abc 1", "Abc 2"]],
    ["name LIKE '1%' and version_number > 1", ["100% 3", "100% 2"]],
    ["run_id = 'run2' and name ILIKE 'ab%'", ["Abc 2", "ab 2"]],
    ["run_id IN ('run2', 'run3', 'x') and name = 'a'", ["a 3", "a 2"]],
    ["source_path = 'models:/m-1' and name = 'a'", ["a 1"]],
    ["tags.number = '2' and name = 'a'", ["a 2"]],
    ["tags.`mlflow.prompt.is_prompt` = 'true' and version_number = 1", ["my prompt 1"]],
    ["version_number = 99999999999999999999", []],
  ])("understands %s", async (filter, expected) => {
    expect(await versions({ filter })).toEqual(expected);
  });

  it("leaves deleted versions out", async () => {
    await database.db
      .update(modelVersion)
      .set({ deletedAt: at(1) })
      .where(sql`version = 3 and model_id = (select id from registered_model where name = 'a')`);
    expect(await versions({ filter: "name = 'a'" })).toEqual(["a 1", "a 2"]);
    await database.db.update(modelVersion).set({ deletedAt: null });
  });

  it("neither repeats nor skips, whatever the pages' size", async () => {
    for (const orderBy of [[], ["name DESC"], ["version_number"], ["creation_timestamp", "name"]])
      for (const size of [1, 3, 4, 12])
        expect(
          await pages(size, async (query) => {
            const page = await searchModelVersions(lab.ada, { scope, orderBy, ...query });
            return { found: page.versions.map(({ model, version }) => `${model} ${version}`), nextPageToken: page.nextPageToken };
          }),
        ).toEqual(await versions({ orderBy }));
  });

  it("takes any text as a value and as a key, and finds nothing else by it", async () => {
    const hostile = fc.string({ unit: fc.constantFrom(..."'\"\\`%_;$1(){}[]-é🙂") }).filter((text) => text !== "");
    const quoted = (text: string, mark: string) => mark + text.replaceAll(mark, mark + mark) + mark;
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (key, value) => {
        for (const operator of ["=", "LIKE", "ILIKE"])
          expect(await versions({ filter: `tags.${quoted(`${key}?`, "`")} ${operator} ${quoted(value, "'")}` })).toEqual([]);
        expect(await models({ filter: `name = ${quoted(`${value}?`, '"')}` })).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
