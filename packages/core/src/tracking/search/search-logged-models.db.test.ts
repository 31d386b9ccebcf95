import { loggedModel, loggedModelMetric } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../kernel/ids.ts";
import { openTrackingLab, type TrackingLab } from "../testing/tracking-lab.ts";
import { searchLoggedModels } from "./search-logged-models.ts";

const database = testDatabase();
let lab: TrackingLab;
let experimentId: number;

type Point = { key: string; value: number; timestamp?: number; dataset?: [name: string, digest: string] };
const point = (key: string, value: number, more: Omit<Point, "key" | "value"> = {}): Point => ({ key, value, ...more });

/** In the order in which they were made; the last two at one moment. */
const MODELS: {
  name: string;
  type: string | null;
  status?: "LOGGED_MODEL_READY";
  params?: Record<string, string>;
  tags?: Record<string, string>;
  metrics: Point[];
}[] = [
  {
    name: "a",
    type: "tree",
    status: "LOGGED_MODEL_READY",
    params: { lr: "0.1" },
    metrics: [point("acc", 0.5, { dataset: ["iris", "1"] }), point("acc", 0.9, { timestamp: 5, dataset: ["wine", "1"] })],
  },
  { name: "b", type: null, params: { lr: "0.2" }, tags: { team: "it's" }, metrics: [point("acc", 0.7, { dataset: ["iris", "2"] }), point("val loss", 1)] },
  { name: "C", type: "net", tags: { team: "Red" }, metrics: [point("acc", Number.NaN)] },
  { name: "d", type: "net", metrics: [] },
  { name: "d", type: "net", metrics: [point("acc", 0.6, { timestamp: 1 }), point("acc", 0.1, { timestamp: 2 })] },
];
const ids = MODELS.map(() => newId()).toSorted();

beforeAll(async () => {
  lab = await openTrackingLab(database.db);
  experimentId = await lab.experiment();
  for (const [index, { name, type, status, params = {}, tags = {}, metrics }] of MODELS.entries()) {
    const at = new Date(1_000_000 + Math.min(index, 3) * 1_000);
    const id = ids[index] ?? "";
    await database.db.insert(loggedModel).values({
      ...{ id, experimentId, name, modelType: type, status: status ?? "LOGGED_MODEL_PENDING", sourceRunId: `run${index}` },
      ...{ params, tags, createdAt: at, updatedAt: at },
    });
    for (const { key, value, timestamp = 0, dataset: [datasetName, datasetDigest] = ["", ""] } of metrics)
      await database.db.insert(loggedModelMetric).values({ modelId: id, key, value, timestamp, step: 0, runId: newId(), datasetName, datasetDigest });
  }
});

type Query = Partial<Parameters<typeof searchLoggedModels>[1]>;
const search = (query: Query, ctx = lab.ada) => searchLoggedModels(ctx, { scope: lab.scope, experimentIds: [experimentId], ...query });
/** Places of the models found, in the list above. */
const places = async (query: Query) => (await search(query)).models.map(({ modelId }) => ids.indexOf(modelId));

describe("searchLoggedModels", () => {
  it("gives the newest first, then by id", async () => {
    expect(await places({})).toEqual([3, 4, 2, 1, 0]);
    expect((await search({ filter: "name = 'a'" })).models).toMatchObject([
      { name: "a", params: [{ key: "lr", value: "0.1" }], metrics: [{ key: "acc" }, { key: "acc" }] },
    ]);
  });

  it.each([
    ["name = 'd'", [3, 4]],
    ["name IN ('a', 'C') and name NOT IN ('C')", [0]],
    ["name ILIKE 'c'", [2]],
    ["model_type != 'net'", [0]],
    ["status = 'READY'", [0]],
    ["attributes.status = 'LOGGED_MODEL_READY'", [0]],
    ["status IN ('PENDING') and name = 'b'", [1]],
    ["source_run_id = 'run2'", [2]],
    ["metrics.acc > 0.55", [4, 1, 0]],
    ["metrics.acc != 7", [4, 2, 1, 0]],
    ["metrics.`val loss` <= 1", [1]],
    ["params.lr = '0.1'", [0]],
    ["params.lr LIKE '0._' and tags.team = 'it''s'", [1]],
    ["tags.team IN ('Red')", [2]],
    ["creation_time = 1002000", [2]],
    ["creation_timestamp > 1002000 and last_updated_timestamp < 1e9", [3, 4]],
  ])("understands %s", async (filter, expected) => {
    expect(await places({ filter })).toEqual(expected);
  });

  it("finds a model by its id", async () => {
    const protocolId = `m-${(ids[1] ?? "").replaceAll("-", "")}`;
    expect(await places({ filter: `model_id = '${protocolId}'` })).toEqual([1]);
    expect(await places({ filter: `model_id NOT IN ('${protocolId}')` })).toEqual([3, 4, 2, 0]);
  });

  it("counts only what was measured on the datasets that are asked for", async () => {
    const iris = [{ name: "iris" }];
    expect(await places({ datasets: iris })).toEqual([1, 0]);
    expect(await places({ datasets: [{ name: "iris", digest: "2" }, { name: "wine" }] })).toEqual([1, 0]);
    expect(await places({ datasets: iris, filter: "metrics.acc > 0.6" })).toEqual([1]);
    expect(await places({ datasets: iris, filter: "name = 'C'" })).toEqual([]);
  });

  it("sorts by the latest value of a metric, NaN and models without it last in both directions", async () => {
    expect(await places({ orderBy: [{ fieldName: "metrics.acc", ascending: false }] })).toEqual([0, 1, 4, 2, 3]);
    expect(await places({ orderBy: [{ fieldName: "metrics.acc" }] })).toEqual([4, 1, 0, 2, 3]);
    expect(await places({ orderBy: [{ fieldName: "metrics.acc", ascending: false, datasetName: "iris" }] })).toEqual([1, 0, 3, 4, 2]);
    expect(await places({ orderBy: [{ fieldName: "metrics.acc", datasetName: "iris", datasetDigest: "1" }] })).toEqual([0, 3, 4, 2, 1]);
    expect(await places({ orderBy: [{ fieldName: "metrics.val loss" }] })).toEqual([1, 3, 4, 2, 0]);
  });

  it("sorts by attributes, those without a value last", async () => {
    expect(await places({ orderBy: [{ fieldName: "name" }] })).toEqual([2, 0, 1, 3, 4]);
    expect(await places({ orderBy: [{ fieldName: "model_type", ascending: false }] })).toEqual([0, 3, 4, 2, 1]);
    expect(await places({ orderBy: [{ fieldName: "creation_time", ascending: true }] })).toEqual([0, 1, 2, 3, 4]);
  });

  it("neither repeats nor skips, and takes a token only for the search that gave it", async () => {
    const orders = [[], [{ fieldName: "name" }], [{ fieldName: "metrics.acc", ascending: false }], [{ fieldName: "model_type" }]];
    for (const orderBy of orders)
      for (const maxResults of [1, 2, 5]) {
        const found: number[] = [];
        let pageToken: string | null = null;
        do {
          const page: Awaited<ReturnType<typeof search>> = await search({ orderBy, maxResults, pageToken });
          found.push(...page.models.map(({ modelId }) => ids.indexOf(modelId)));
          pageToken = page.nextPageToken;
        } while (pageToken);
        expect(found).toEqual(await places({ orderBy }));
      }
    const { nextPageToken: pageToken } = await search({ maxResults: 1 });
    for (const other of [{ filter: "name = 'a'" }, { orderBy: [{ fieldName: "name" }] }, { experimentIds: [experimentId, 7] }])
      await expect(search({ pageToken, ...other })).rejects.toMatchObject({ code: "INVALID" });
    expect((await search({ pageToken, maxResults: 2 })).models).toHaveLength(2);
  });

  it("shows what is not deleted and what the actor may see", async () => {
    await database.db
      .update(loggedModel)
      .set({ deletedAt: new Date() })
      .where(eq(loggedModel.id, ids[0] ?? ""));
    expect(await places({})).toEqual([3, 4, 2, 1]);
    await database.db
      .update(loggedModel)
      .set({ deletedAt: null })
      .where(eq(loggedModel.id, ids[0] ?? ""));
    const hidden = await openTrackingLab(database.db, { visibility: "private" });
    const secret = await hidden.experiment();
    const at = new Date();
    await database.db.insert(loggedModel).values({ id: newId(), experimentId: secret, name: "s", status: "LOGGED_MODEL_READY", createdAt: at, updatedAt: at });
    const seen = async (ctx: typeof lab.ada) => (await searchLoggedModels(ctx, { scope: { projectId: null }, experimentIds: [secret] })).models.length;
    expect(await seen(lab.ada)).toBe(0);
    expect(await seen(hidden.ada)).toBe(1);
  });

  it("refuses what it cannot understand", async () => {
    const wrong: Query[] = [
      { filter: "metrics.acc > 'x'" },
      { filter: "dataset.name = 'x'" },
      { orderBy: [{ fieldName: "params.lr" }] },
      { orderBy: [{ fieldName: "name" }, { fieldName: "name", ascending: false }] },
      { orderBy: [{ fieldName: "metrics.a\0" }] },
      { datasets: [{ name: "\0" }] },
      { maxResults: 0 },
      { pageToken: "x" },
    ];
    for (const query of wrong) await expect(search(query)).rejects.toMatchObject({ code: "INVALID" });
    const twice = [
      { fieldName: "metrics.acc", datasetName: "a" },
      { fieldName: "metrics.acc", datasetName: "b" },
    ];
    expect(await places({ orderBy: twice })).toHaveLength(5);
  });
});
