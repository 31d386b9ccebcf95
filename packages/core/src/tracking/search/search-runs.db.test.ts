import { dataset, datasetVersion, experiment, metricLatest, projectMember, runDataset, runParam, runTag, trackedRun } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../kernel/ids.ts";
import type { Condition, Test } from "../domain/search/filter.ts";
import type { Order } from "../domain/search/order-by.ts";
import { printFilter, printSubject } from "../domain/search/print-filter.ts";
import type { FilterAttribute, OrderAttribute } from "../domain/search/targets.ts";
import { openTrackingLab, type TrackingLab } from "../testing/tracking-lab.ts";
import { searchRuns } from "./search-runs.ts";
import { expectedRuns, type PlainRun } from "./testing/run-oracle.ts";

const database = testDatabase();
let lab: TrackingLab;
let experiments: number[];
let runs: PlainRun[];

const NAMES = ["Abc", "Default", "a", "ab", "zebra", "100%", "1001", "C:\\data", "it's", "a\nb"];

/** Few different values, so that ties and gaps are everywhere. */
function plainRun(index: number, experimentId: number): PlainRun {
  const pick = <Value>(values: readonly Value[], seed: number): Value => values[(index * 7 + seed * 13 + Math.trunc(index / 3)) % values.length] as Value;
  const some = <Value>(entries: Record<string, Value | undefined>): Record<string, Value> =>
    Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, Value] => entry[1] !== undefined));
  return {
    id: newId(),
    experimentId,
    name: pick(NAMES, 1),
    status: pick(["RUNNING", "FINISHED", "FAILED"], 2),
    startTime: pick([1_000, 2_000, 3_000], 3),
    endTime: pick([null, 5_000, 6_000], 4),
    metrics: some({ loss: pick([0.5, 0.25, -1, Number.NaN, undefined, 1e300], 5), acc: pick([1, 2, Number.NaN, undefined], 6) }),
    params: some({ lr: pick(["0.1", "0.01", "", undefined], 7), "my param": pick(["x'y", 'x"y', "%", "_", undefined], 8) }),
    tags: some({ team: pick(["red", "Red", "blue", undefined], 9), long: pick([`${"é".repeat(300)}a`, `${"é".repeat(300)}b`, undefined], 10) }),
  };
}

async function lay(plain: readonly PlainRun[]): Promise<void> {
  const { db } = database;
  await db.insert(trackedRun).values(
    plain.map(({ id, experimentId, name, status, startTime, endTime }) => ({
      ...{ id, experimentId, name, status: status as "RUNNING", startTime, endTime },
      ...{ source: "client" as const, userName: `user ${name}`, createdAt: new Date() },
    })),
  );
  const entries = <Value>(of: (run: PlainRun) => Record<string, Value>) =>
    plain.flatMap((run) => Object.entries(of(run)).map(([key, value]) => ({ runId: run.id, key, value })));
  const metrics = plain.flatMap((run) =>
    Object.entries(run.metrics).map(([key, value]) => ({ runId: run.id, key, value, step: 0, timestamp: 0, experimentId: run.experimentId })),
  );
  if (metrics.length > 0) await db.insert(metricLatest).values(metrics);
  const params = entries((run) => run.params);
  if (params.length > 0) await db.insert(runParam).values(params);
  const tags = entries((run) => run.tags);
  if (tags.length > 0) await db.insert(runTag).values(tags);
}

beforeAll(async () => {
  lab = await openTrackingLab(database.db);
  experiments = [await lab.experiment(), await lab.experiment(), await lab.experiment()];
  runs = Array.from({ length: 45 }, (_, index) => plainRun(index, experiments[index % 2] ?? 0));
  await lay(runs);
});

type Query = Omit<Parameters<typeof searchRuns>[1], "scope" | "experimentIds">;
const search = (query: Query, among = experiments) => searchRuns(lab.ada, { scope: lab.scope, experimentIds: among, ...query });
const idsOf = async (query: Query, among = experiments) => (await search(query, among)).runs.map(({ runId }) => runId);

/** All pages, whose sizes change as they please. */
async function allPages(query: Query, sizes: readonly number[], among: number[]): Promise<string[]> {
  const found: string[] = [];
  let pageToken: string | null = null;
  for (let page = 0; page === 0 || pageToken; page += 1) {
    const maxResults = sizes[page % sizes.length] ?? 1;
    const answer = await search({ ...query, pageToken, maxResults }, among);
    expect(answer.runs.length).toBeLessThanOrEqual(maxResults);
    if (answer.nextPageToken) expect(answer.runs).toHaveLength(maxResults);
    found.push(...answer.runs.map(({ runId }) => runId));
    pageToken = answer.nextPageToken;
  }
  return found;
}

const numberTest = fc.record({
  kind: fc.constant("number" as const),
  operator: fc.constantFrom("=", "!=", "<", "<=", ">", ">="),
  number: fc.constantFrom("0.5", "0.25", "-1", "1", "2", "1e300", "2000", "5000.5", "99999999999999999999", "1e999", "-1e999"),
});
const textTest = fc.record({
  kind: fc.constant("text" as const),
  operator: fc.constantFrom("=", "!=", "LIKE", "ILIKE"),
  text: fc.constantFrom(
    "a",
    "A%",
    "%b%",
    "_",
    "100%",
    "%",
    "red",
    "",
    "0.1",
    "x'y",
    "'; drop table tracked_run; --",
    `${"é".repeat(300)}a`,
    "C:\\data",
    "it's",
    "FINISHED",
  ),
});
const nullTest = fc.record({ kind: fc.constant("null" as const), operator: fc.constantFrom("IS NULL", "IS NOT NULL") });
const conditionOn = (subject: Condition<FilterAttribute<"runs">>["subject"], test: fc.Arbitrary<Test>) => test.map((asked) => ({ subject, test: asked }));
const condition: fc.Arbitrary<Condition<FilterAttribute<"runs">>> = fc.oneof(
  ...(["loss", "acc", "none"] as const).map((key) => conditionOn({ entity: "metric", key }, numberTest)),
  ...(["lr", "my param"] as const).map((key) => conditionOn({ entity: "param", key }, fc.oneof(textTest, nullTest))),
  ...(["team", "long"] as const).map((key) => conditionOn({ entity: "tag", key }, fc.oneof(textTest, nullTest))),
  ...(["run_name", "status"] as const).map((key) => conditionOn({ entity: "attribute", key }, textTest)),
  ...(["start_time", "end_time"] as const).map((key) => conditionOn({ entity: "attribute", key }, numberTest)),
);
const order: fc.Arbitrary<Order<OrderAttribute<"runs">>> = fc.record({
  subject: fc.constantFrom<Order<OrderAttribute<"runs">>["subject"][]>(
    { entity: "metric", key: "loss" },
    { entity: "metric", key: "acc" },
    { entity: "metric", key: "none" },
    { entity: "param", key: "lr" },
    { entity: "tag", key: "team" },
    { entity: "attribute", key: "run_name" },
    { entity: "attribute", key: "status" },
    { entity: "attribute", key: "start_time" },
    { entity: "attribute", key: "end_time" },
    { entity: "attribute", key: "run_id" },
  ),
  descending: fc.boolean(),
});

describe("searchRuns", () => {
  it("gives what the words of the protocol say, in pages of any size, from one experiment and from several", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(condition, { maxLength: 3 }),
        fc.uniqueArray(order, { maxLength: 3, selector: ({ subject }) => printSubject(subject) }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom([0], [1], [0, 1, 2], [2]),
        async (filter, orders, sizes, chosen) => {
          const among = chosen.flatMap((index) => experiments[index] ?? []);
          const query = {
            filter: printFilter(filter),
            orderBy: orders.map(({ subject, descending }) => `${printSubject(subject)} ${descending ? "DESC" : "ASC"}`),
          };
          const expected = expectedRuns(
            runs.filter(({ experimentId }) => among.includes(experimentId)),
            filter,
            orders,
          );
          expect(await allPages(query, sizes, among)).toEqual(expected);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("takes any text as a value and as a key, and finds nothing else by it", async () => {
    const hostile = fc
      .oneof(
        fc.string({ unit: "binary" }),
        fc.string({ unit: fc.constantFrom(..."'\"\\`%_;$1()-") }),
        fc.constantFrom("'||1||'", "') or true --", "$1", "{1,2}", "\\"),
      )
      .map((text) => text.replaceAll("\0", "").toWellFormed())
      .filter((text) => text !== "");
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (key, value) => {
        for (const operator of ["=", "LIKE", "ILIKE"] as const)
          for (const entity of ["param", "tag"] as const) {
            const test: Test = { kind: "text", operator, text: value };
            expect(await idsOf({ filter: printFilter([{ subject: { entity, key: `${key}?` }, test }]) })).toEqual([]);
          }
        const inList = printFilter([{ subject: { entity: "attribute", key: "run_id" }, test: { kind: "list", operator: "IN", texts: [key, value] } }]);
        expect(await idsOf({ filter: inList })).toEqual([]);
        const byMetric = { orderBy: [`${printSubject({ entity: "metric", key })} DESC`, `${printSubject({ entity: "tag", key })} ASC`] };
        expect(await idsOf(byMetric)).toEqual(expectedRuns(runs, [], []));
      }),
      { numRuns: 25 },
    );
  });

  it("finds a run by the very text of its params, tags and name", async () => {
    const text = fc.string({ unit: "binary" }).map((value) => value.replaceAll("\0", "").toWellFormed());
    await fc.assert(
      fc.asyncProperty(text, text, async (key, value) => {
        const run = { ...plainRun(0, experiments[2] ?? 0), name: value, params: { [`p${key}`]: value }, tags: { [`t${key}`]: value }, metrics: {} };
        await lay([run]);
        try {
          const test: Test = { kind: "text", operator: "=", text: value };
          for (const subject of [
            { entity: "param", key: `p${key}` },
            { entity: "tag", key: `t${key}` },
            { entity: "tag", key: "mlflow.runName" },
            { entity: "attribute", key: "run_name" },
          ] as const) {
            expect(await idsOf({ filter: printFilter([{ subject, test }]) }, [run.experimentId])).toEqual([run.id]);
            const pattern = value.replaceAll(/[\\%_]/g, String.raw`\$&`);
            expect(await idsOf({ filter: printFilter([{ subject, test: { kind: "text", operator: "LIKE", text: pattern } }]) }, [run.experimentId])).toEqual([
              run.id,
            ]);
          }
        } finally {
          await database.db.delete(trackedRun).where(eq(trackedRun.id, run.id));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("knows a run by its id, its user and its files' address", async () => {
    const [first, second] = runs as [PlainRun, PlainRun];
    const hex = (run: PlainRun) => run.id.replaceAll("-", "");
    expect(await idsOf({ filter: `run_id = '${hex(first)}'` })).toEqual([first.id]);
    expect((await idsOf({ filter: `attributes.run_id IN ('${hex(first)}', '${hex(second)}', 'none')` })).toSorted()).toEqual([first.id, second.id].toSorted());
    expect(await idsOf({ filter: `run_id NOT IN ('${hex(first)}')` })).toHaveLength(44);
    expect(await idsOf({ filter: `run_id != '${hex(first)}' and run_id LIKE '${hex(first).slice(0, 31)}_'` })).not.toContain(first.id);
    expect(await idsOf({ filter: `artifact_uri = 'mlflow-artifacts:/experiments/${first.experimentId}/${hex(first)}/artifacts'` })).toEqual([first.id]);
    expect(await idsOf({ filter: `user_id = 'user ${first.name.replaceAll("'", "''")}'` })).toContain(first.id);
    expect((await search({ filter: `run_id = '${hex(first)}'` })).runs[0]).toMatchObject({
      name: first.name,
      status: first.status,
      experimentId: first.experimentId,
    });
  });

  it("finds runs by the datasets they used", async () => {
    const [first, second] = runs as [PlainRun, PlainRun];
    const made = { id: newId(), projectId: lab.projectId, name: "iris", createdAt: new Date() };
    const version = { id: newId(), datasetId: made.id, digest: "d1", files: [], sizeBytes: 0, createdAt: new Date() };
    await database.db.insert(dataset).values(made);
    await database.db.insert(datasetVersion).values(version);
    await database.db.insert(runDataset).values([
      { runId: first.id, datasetVersionId: version.id, tags: { "mlflow.data.context": "training" } },
      { runId: second.id, datasetVersionId: version.id, tags: {} },
    ]);
    const both = [first.id, second.id].toSorted();
    expect((await idsOf({ filter: "dataset.name = 'iris' and datasets.digest IN ('d1', 'd2')" })).toSorted()).toEqual(both);
    expect(await idsOf({ filter: "dataset.context = 'training'" })).toEqual([first.id]);
    expect(await idsOf({ filter: "dataset.context ILIKE 'TRAIN%' and dataset.name LIKE 'ir__'" })).toEqual([first.id]);
    expect(await idsOf({ filter: "dataset.context != 'training'" })).toEqual([]);
    expect(await idsOf({ filter: "dataset.name NOT IN ('iris')" })).toEqual([]);
  });

  it("shows deleted runs only when they are asked for", async () => {
    const [run] = runs as [PlainRun];
    await database.db.update(trackedRun).set({ deletedAt: new Date() }).where(eq(trackedRun.id, run.id));
    expect(await idsOf({})).toHaveLength(44);
    expect(await idsOf({ view: "deleted" })).toEqual([run.id]);
    expect(await idsOf({ view: "all" })).toHaveLength(45);
    await database.db.update(trackedRun).set({ deletedAt: null }).where(eq(trackedRun.id, run.id));
  });

  it("keeps every digit of a time", async () => {
    const late = { ...plainRun(1, experiments[2] ?? 0), startTime: 0 };
    await lay([late]);
    await database.handle.execute("update tracked_run set start_time = 9007199254740993 where id = $1", [late.id]);
    expect(await idsOf({ filter: "start_time = 9007199254740993" })).toEqual([late.id]);
    expect(await idsOf({ filter: "start_time = 9007199254740992" })).toEqual([]);
    expect((await search({ filter: "start_time = 9007199254740993" })).runs[0]?.startTime).toBe(9007199254740993n);
    await database.db.delete(trackedRun).where(eq(trackedRun.id, late.id));
  });

  it("stays within what the actor may see, and within the scope", async () => {
    const bob = await lab.person("Bob");
    const hidden = await openTrackingLab(database.db, { visibility: "private" });
    const secret = await hidden.experiment();
    await lay([plainRun(3, secret)]);
    const as = async (ctx: typeof bob, projectId: string | null) =>
      (await searchRuns(ctx, { scope: { projectId }, experimentIds: [secret, experiments[0] ?? 0] })).runs.length;
    const visible = runs.filter(({ experimentId }) => experimentId === experiments[0]).length;
    expect(await as(bob, null)).toBe(visible);
    expect(await as(hidden.ada, null)).toBe(visible + 1);
    expect(await as(hidden.ada, hidden.projectId)).toBe(1);
    expect(await as(hidden.ada, lab.projectId)).toBe(visible);
    await database.db.insert(projectMember).values({ projectId: hidden.projectId, userId: bob.actor.userId, role: "contributor", createdAt: new Date() });
    expect(await as(bob, null)).toBe(visible + 1);
    expect((await search({}, [])).runs).toEqual([]);
    expect((await search({}, [2_000_000_000])).runs).toEqual([]);
  });

  it("looks into the scope's default experiment under the number 0", async () => {
    const [home] = await database.db
      .insert(experiment)
      .values({ projectId: lab.projectId, name: "Default", createdAt: new Date(), updatedAt: new Date() })
      .returning({ id: experiment.id });
    const run = plainRun(5, home?.id ?? 0);
    await lay([run]);
    expect(await idsOf({}, [0])).toEqual([run.id]);
  });

  it("refuses what it cannot understand", async () => {
    for (const maxResults of [0, -1, 50_001, 1.5])
      await expect(search({ maxResults })).rejects.toMatchObject({ code: "INVALID", message: expect.stringContaining("for parameter 'max_results' supplied") });
    await expect(search({ filter: "metrics.a = 'x'" })).rejects.toMatchObject({ code: "INVALID" });
    await expect(search({ orderBy: ["nothing"] })).rejects.toMatchObject({ code: "INVALID" });
    const { nextPageToken } = await search({ maxResults: 1, orderBy: ["metrics.loss"] });
    const changed = (edit: (values: string[]) => string[]) =>
      Buffer.from(JSON.stringify(edit(JSON.parse(Buffer.from(nextPageToken ?? "", "base64url").toString()) as string[]))).toString("base64url");
    const tokens = [
      "x",
      Buffer.from("{}").toString("base64url"),
      changed((values) => values.slice(0, -1)),
      changed((values) => values.with(1, "9")),
      changed((values) => values.with(1, "-1")),
      changed((values) => values.with(2, "1'")),
      changed((values) => values.with(3, "99999999999999999999")),
      changed((values) => values.with(4, "not-a-uuid")),
    ];
    for (const pageToken of tokens) await expect(search({ maxResults: 1, orderBy: ["metrics.loss"], pageToken })).rejects.toMatchObject({ code: "INVALID" });
    await expect(search({ orderBy: ["metrics.acc"], pageToken: nextPageToken })).rejects.toThrow("belongs to another search");
    for (const value of ["1e999", "1e-999", "Infinity", "-0"])
      expect((await search({ orderBy: ["metrics.loss"], pageToken: changed((values) => values.with(2, value)) })).runs.length).toBeGreaterThan(0);
  });
});
