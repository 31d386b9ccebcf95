import { testDatabase } from "@trellis/db/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccessWorld, openAccessWorld } from "../access/testing/access-world.ts";
import { ENDPOINT_ENTRIES } from "../access/testing/endpoint-table.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { pathsOf } from "./protocol/endpoint-table.ts";
import { type OpenMlflow, openMlflow, type WireAnswer } from "./testing/open-mlflow.ts";

const RUNS = "/api/2.0/mlflow/runs";
const JSON_TYPE = { "content-type": "application/json" };

describe("requests and answers of the MLflow protocol", () => {
  const database = testDatabase();
  let world: AccessWorld;
  let door: OpenMlflow;
  let token: string;
  let runId: string;
  beforeAll(async () => {
    world = await openAccessWorld(database.handle);
    token = world.owner.token;
    door = await openMlflow({ core: world.core, authenticate: (authorization) => world.auth.authenticator.actorOf(new Headers({ authorization })) });
    runId = world.open.clientRunId.replaceAll("-", "");
  });
  afterAll(() => door.close());

  const post = (path: string, body?: object | string, headers: Record<string, string> = {}) => door.send(token, "POST", RUNS + path, body, headers);
  const get = (id: string) => door.send(token, "GET", `${RUNS}/get`, { run_id: id });
  const makeRun = async (): Promise<string> => {
    const { body } = await post("/create", { experiment_id: world.open.experimentId });
    return (body as { run: { info: { run_id: string } } }).run.info.run_id;
  };
  /** The answer as it came over the wire. */
  const rawGet = async (path: string): Promise<string> => (await fetch(door.url + path, { headers: { authorization: `Bearer ${token}` } })).text();

  describe("bodies", () => {
    it.each([
      ["no type", {}, "Bad Request. Content-Type header is missing."],
      ["another type", { "content-type": "text/plain" }, "Bad Request. Content-Type must be application/json."],
    ])("of %s are refused", async (_, headers, message) => {
      const response = await fetch(`${door.url}${RUNS}/set-tag`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, ...headers },
        body: new TextEncoder().encode(JSON.stringify({ run_id: runId, key: "a", value: "b" })),
      });
      expect([response.status, await response.json()]).toEqual([400, { error_code: "INVALID_PARAMETER_VALUE", message }]);
    });

    it.each(["application/json; charset=utf-8", "Application/JSON"])("of type %s are taken", async (type) => {
      expect(await post("/set-tag", JSON.stringify({ run_id: runId, key: "a", value: "b" }), { "content-type": type })).toMatchObject({
        status: 200,
        body: {},
      });
    });

    it("may be a JSON string that holds the JSON", async () => {
      const body = JSON.stringify(JSON.stringify({ run_id: runId, key: "twice", value: "yes" }));
      expect(await post("/set-tag", body, JSON_TYPE)).toMatchObject({ status: 200 });
      expect(JSON.stringify((await get(runId)).body)).toContain('"twice"');
    });

    it.each(["{", "[]", "7", '"x"', "{'a': 1}", '{"a": NaN}'])("that are not JSON objects are refused: %s", async (body) => {
      expect(await post("/set-tag", body, JSON_TYPE)).toMatchObject({ status: 400, body: { error_code: "BAD_REQUEST" } });
    });

    it("too large are refused, in words that the client gets to read", async () => {
      const answer = await post("/set-tag", JSON.stringify({ run_id: runId, key: "a", value: "x".repeat(33 * 1024 * 1024) }), JSON_TYPE);
      expect(answer).toMatchObject({ status: 413, body: { error_code: "INVALID_PARAMETER_VALUE", message: "The body is larger than 32 MB." } });
    });

    it("of a DELETE are read", async () => {
      const model = { name: world.open.modelName };
      await door.send(token, "POST", "/api/2.0/mlflow/registered-models/set-tag", { ...model, key: "a", value: "b" });
      expect(await door.send(token, "DELETE", "/api/2.0/mlflow/registered-models/delete-tag", { ...model, key: "a" })).toMatchObject({ status: 200, body: {} });
    });

    it("need not say what is absent, and may say what nobody knows", async () => {
      expect(await post("/set-tag", { run_id: runId, key: "a", value: null, nobody: { knows: [1] } })).toMatchObject({ status: 200 });
    });
  });

  it("takes run_uuid for run_id, in a body and in a query", async () => {
    expect(await post("/set-tag", { run_uuid: runId, key: "a", value: "b" })).toMatchObject({ status: 200 });
    expect(await door.send(token, "GET", `${RUNS}/get`, { run_uuid: runId })).toMatchObject({
      status: 200,
      body: { run: { info: { run_id: runId, run_uuid: runId } } },
    });
  });

  it("reads lists, numbers, flags and empty parameters of a query", async () => {
    const query = { max_results: "1", order_by: ["name ASC", "experiment_id DESC"], view_type: "ALL", page_token: "", filter: "" };
    const first = (await door.send(token, "GET", "/api/2.0/mlflow/experiments/search", query)).body as { experiments: object[]; next_page_token: string };
    expect(first.experiments).toHaveLength(1);
    const next = await door.send(token, "GET", "/ajax-api/2.0/mlflow/experiments/search", { ...query, page_token: first.next_page_token });
    expect(next.status).toBe(200);
    expect(next.body).not.toEqual(first);
  });

  it("keeps every digit of steps and times, and prints them as numbers", async () => {
    const id = await makeRun();
    const body = `{"run_id":"${id}","key":"m","value":"1","timestamp":9007199254740993,"step":"-9223372036854775808"}`;
    expect(await post("/log-metric", body, JSON_TYPE)).toMatchObject({ status: 200 });
    expect(await rawGet(`${RUNS}/get?run_id=${id}`)).toContain('"timestamp":9007199254740993,"step":-9223372036854775808');
    expect(await rawGet(`/api/2.0/mlflow/metrics/get-history?run_id=${id}&metric_key=m`)).toContain('"timestamp":9007199254740993,"step":-9223372036854775808');
  });

  it("has words for what is no number", async () => {
    const id = await makeRun();
    for (const value of ["NaN", "Infinity", "-Infinity"]) await post("/log-metric", { run_id: id, key: value, value, timestamp: 1 });
    const { metrics } = ((await get(id)).body as { run: { data: { metrics: { key: string; value: unknown }[] } } }).run.data;
    expect(Object.fromEntries(metrics.map(({ key, value }) => [key, value]))).toEqual({
      NaN: "NaN",
      Infinity: Number.MAX_VALUE,
      "-Infinity": -Number.MAX_VALUE,
    });
  });

  it("leaves out what is not set", async () => {
    const id = await makeRun();
    const { run } = (await get(id)).body as { run: { info: object; data: object; inputs: object; outputs: object } };
    expect(Object.keys(run.info)).not.toContain("end_time");
    expect([Object.keys(run.data), run.inputs, run.outputs]).toEqual([["tags"], {}, {}]);
    expect(await door.send(token, "GET", "/api/2.0/mlflow/metrics/get-history", { run_id: id, metric_key: "none" })).toMatchObject({ status: 200, body: {} });
  });

  it("does nothing twice when a request comes twice", async () => {
    const id = await makeRun();
    const body = { run_id: id, metrics: [{ key: "m", value: 1, timestamp: 1, step: 1 }], params: [{ key: "p", value: "1" }], tags: [{ key: "t", value: "1" }] };
    expect([await post("/log-batch", body), await post("/log-batch", body)]).toMatchObject([{ status: 200 }, { status: 200 }]);
    const history = await door.send(token, "GET", "/api/2.0/mlflow/metrics/get-history", { run_id: id, metric_key: "m" });
    expect((history.body as { metrics: object[] }).metrics).toEqual([{ key: "m", value: 1, timestamp: 1, step: 1 }]);
  });

  it.each([
    ["log-metric", {}, "Missing value for required parameter 'run_id'."],
    ["log-metric", { run_id: "RUN", key: "m", value: 1 }, "Missing value for required parameter 'timestamp'."],
    ["log-metric", { run_id: "RUN", key: "m", value: "foo", timestamp: 1 }, `Invalid value "foo" for parameter 'value' supplied`],
    ["log-metric", { run_id: "RUN", key: 31, value: 1, timestamp: 1 }, "Invalid value 31 for parameter 'key' supplied"],
    ["log-batch", { run_id: "RUN", metrics: [{ key: "m", value: 1 }] }, "Missing value for required parameter 'metrics[0].timestamp'."],
    [
      "log-batch",
      {
        run_id: "RUN",
        params: [
          { key: "a", value: "1" },
          { key: "a", value: "2" },
        ],
      },
      "Duplicate parameter keys",
    ],
    ["search", { experiment_ids: ["x"] }, "Invalid experiment ID"],
    ["search", { max_results: 100_000 }, "Invalid value 100000 for parameter 'max_results' supplied"],
    ["search", { experiment_ids: ["1"], filter: "metrics.a = 1 OR metrics.b = 2" }, ""],
    ["update", { run_id: "RUN", status: "DONE" }, `Invalid value "DONE" for parameter 'status' supplied`],
  ])("refuses %s %j", async (path, body, message) => {
    const answer = await post(`/${path}`, JSON.parse(JSON.stringify(body).replace("RUN", runId)) as object);
    expect(answer).toMatchObject({ status: 400, body: { error_code: "INVALID_PARAMETER_VALUE", message: expect.stringContaining(message) as string } });
  });

  it("takes a token as the password of Basic, whatever the name", async () => {
    const authorization = `Basic ${Buffer.from(`anybody:${token}`).toString("base64")}`;
    const asked = (value: string) => fetch(`${door.url}${RUNS}/get?run_id=${runId}`, { headers: { authorization: value } });
    expect((await asked(authorization)).status).toBe(200);
    expect((await asked(`Basic ${Buffer.from("anybody:wrong").toString("base64")}`)).status).toBe(401);
    expect((await asked("Digest x")).status).toBe(401);
  });

  it("makes things in the project that the address names, and for the person otherwise", async () => {
    const made = async (base: string) => {
      const name = `of ${base || "nobody"}`;
      const { body } = await door.send(token, "POST", `${base}/api/2.0/mlflow/experiments/create`, { name });
      const found = await database.db.query.experiment.findFirst({
        where: (row, { eq }) => eq(row.id, Number((body as { experiment_id: string }).experiment_id)),
      });
      return found?.projectId;
    };
    expect(await made(`/projects/${world.open.slug}/mlflow`)).toBe(world.open.projectId);
    const own = await made("");
    expect(own).toBeDefined();
    expect([world.open.projectId, world.hidden.projectId]).not.toContain(own);
  });

  it("answers nothing that is sent with a fault of its own", async () => {
    const faults: string[] = [];
    const scrap = fc.oneof(
      fc.constantFrom(
        null,
        "",
        "x",
        "0",
        "-1",
        "99999999999999999999",
        "\0",
        "\ud800",
        "../..",
        "%",
        "a".repeat(1_000),
        true,
        [],
        {},
        "NaN",
        "null",
        0,
        -1,
        1.5,
        1e300,
      ),
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.array(fc.oneof(fc.string(), fc.integer(), fc.dictionary(fc.constantFrom("key", "value", "name", "model_id", "field_name"), fc.string())), {
        maxLength: 3,
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ENDPOINTS), fc.array(scrap, { minLength: 8, maxLength: 8 }), fc.boolean(), async (endpoint, values, keepIds) => {
        const entry = ENDPOINT_ENTRIES[`${endpoint.method} ${endpoint.path}`];
        const good = entry?.about === "thing" ? entry.input(world.open) : entry?.about === "list" ? (entry.inputs[0]?.(world.open) ?? {}) : {};
        const fields: Record<string, unknown> = { filter: values[6], page_token: values[7], ...good };
        for (const [index, name] of Object.keys(fields).entries()) if (!(keepIds && index === 2)) fields[name] = values[index % values.length];
        const answer = await sendTo(endpoint, JSON.parse(JSON.stringify(fields)) as Record<string, unknown>);
        if (answer.status >= 500 && answer.status !== 501)
          faults.push(`${endpoint.method} ${endpoint.path} ${JSON.stringify(fields)}: ${JSON.stringify(answer.body)}`);
      }),
      { numRuns: 400 },
    );
    expect(faults).toEqual([]);
  });

  async function sendTo(endpoint: (typeof ENDPOINTS)[number], fields: Record<string, unknown>): Promise<WireAnswer> {
    const rest = { ...fields };
    const path = String(pathsOf(endpoint)[0]).replaceAll(/\{(\w+)(?:\.\.\.)?\}/g, (_, name: string) => {
      const value = rest[name];
      delete rest[name];
      return encodeURIComponent(String(value ?? "x").toWellFormed());
    });
    if (endpoint.body === "raw" && endpoint.method !== "GET") return door.send(token, endpoint.method, path, "content");
    return door.send(token, endpoint.method, path, rest);
  }
});
