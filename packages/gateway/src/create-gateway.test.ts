import http from "node:http";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openGateway } from "./testing/open-gateway.ts";

const INFER = "/serve/delays-production/v2/models/delays/infer";
const INVOCATIONS = "/serve/delays-production/invocations";
const oip = (distance: unknown[] = [100]) => ({ inputs: [{ name: "distance", datatype: "FP64", shape: [distance.length], data: distance }] });
const records = (distance: unknown = 100) => ({ dataframe_records: [{ distance }] });

let gateway: Awaited<ReturnType<typeof openGateway>>;
beforeEach(async () => {
  gateway = await openGateway();
  gateway.serve();
});
afterEach(() => gateway.close());

describe("the Open Inference Protocol", () => {
  it("answers a prediction, and logs it afterwards with its event time", async () => {
    gateway.runtime.answer = async (rows, address) => rows.map((row) => ({ probability: Number(row.distance) / 1000, address }));
    const response = await gateway.post(INFER, { ...oip([100, 200]), id: "r-1", parameters: { event_times: ["2001-02-03", "2001-02-04"] } });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      model_name: "delays",
      model_version: "3",
      id: "r-1",
      outputs: [{ name: "probability", datatype: "FP64", shape: [2], data: [0.1, 0.2] }],
    });
    expect(response.headers.get("trellis-model-version")).toBe("3");
    const requestId = response.headers.get("trellis-request-id");
    expect(gateway.recorded).toMatchObject([
      {
        deploymentId: "id-of-delays-production",
        deploymentName: "delays-production",
        versionId: "delays-production-v3",
        version: 3,
        rows: [
          {
            id: `${requestId}.0`,
            eventTime: new Date("2001-02-03"),
            inputs: { distance: 100, origin: null },
            outputs: { probability: 0.1, address: "http://worker-3" },
          },
          { id: `${requestId}.1`, eventTime: new Date("2001-02-04") },
        ],
      },
    ]);
    expect(gateway.counted).toMatchObject([{ deploymentId: "id-of-delays-production", version: 3, rows: 2, outcome: "ok" }]);
  });

  it("takes the event time from a header", async () => {
    await gateway.post(INFER, oip(), { "trellis-event-time": "2001-05-06T07:08:09Z" });
    expect(gateway.recorded[0]?.rows[0]?.eventTime).toEqual(new Date("2001-05-06T07:08:09Z"));
  });

  it("describes itself", async () => {
    expect(await (await gateway.call("/serve/delays-production/v2")).json()).toEqual({ name: "trellis", version: "0.1.0", extensions: [] });
    for (const path of ["/v2/models/delays", "/v2/models/delays/versions/3"]) {
      expect(await (await gateway.call(`/serve/delays-production${path}`)).json()).toMatchObject({
        name: "delays",
        versions: ["3"],
        platform: "scikit-learn",
        inputs: [
          { name: "distance", datatype: "FP64", shape: [-1] },
          { name: "origin", datatype: "BYTES" },
        ],
      });
    }
    for (const path of ["/v2/health/live", "/v2/health/ready", "/v2/models/delays/ready", "/v2/models/delays/versions/3/ready"]) {
      const response = await gateway.call(`/serve/delays-production${path}`);
      expect([response.status, await response.text()], path).toEqual([200, ""]);
    }
    expect((await gateway.call("/serve/delays-production/v2/health/live", { method: "HEAD" })).status).toBe(200);
  });

  it("says 400 with what is wrong, and counts it", async () => {
    const response = await gateway.post(INFER, oip(["far"]));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: 'Feature "distance", row 1 of 1: expected a number, got the text "far" (type double).' });
    expect(gateway.recorded).toEqual([]);
    expect(gateway.counted).toMatchObject([{ outcome: "client_error", rows: 0 }]);
  });

  it.each([
    ["broken JSON", "{", /^The body is not JSON: /],
    ["an empty body", "", /^The body is not JSON: /],
    ["an unknown feature", { inputs: [...oip().inputs, { name: "color", datatype: "BYTES", shape: [1], data: ["red"] }] }, /^Unknown feature "color"/],
    [
      "a missing feature",
      { inputs: [{ name: "origin", datatype: "BYTES", shape: [1], data: ["ORD"] }] },
      /^The required feature "distance" \(double\) is missing\.$/,
    ],
  ])("says 400 for %s", async (_, body, message) => {
    const response = await gateway.post(INFER, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringMatching(message) });
  });

  it("passes on what the model refuses, in its words", async () => {
    gateway.runtime.answer = () => Promise.reject(new CoreError("INVALID", "distance must be positive"));
    const response = await gateway.post(INFER, oip([-1]));
    expect([response.status, await response.json()]).toEqual([400, { error: "distance must be positive" }]);
  });

  it.each([
    ["another model", "/serve/delays-production/v2/models/other/infer", /serves the model delays, not other/],
    ["another version", "/serve/delays-production/v2/models/delays/versions/2/infer", /Version 3 of delays answers, not 2/],
    ["another deployment", "/serve/other/v2/models/delays/infer", /^Deployment other was not found\.$/],
    ["no operation", "/serve/delays-production/v3", /Nothing answers at/],
    ["broken escapes", "/serve/%zz/v2", /Nothing answers at/],
  ])("says 404 for %s", async (_, path, message) => {
    const response = await gateway.post(path, oip());
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: expect.stringMatching(message) });
  });
});

describe("MLflow's scoring protocol", () => {
  it.each([
    ["records", records(), "application/json"],
    ["split", { dataframe_split: { columns: ["distance"], data: [[100]] } }, "application/json; charset=utf-8"],
    ["CSV", "distance,origin\n100,ORD\n", "text/csv"],
  ])("answers %s", async (_, body, type) => {
    const response = await gateway.post(INVOCATIONS, body, { "content-type": type });
    expect([response.status, await response.json()]).toEqual([200, { predictions: [{ probability: 0.5 }] }]);
    expect(gateway.recorded[0]?.rows[0]?.inputs).toMatchObject({ distance: 100 });
  });

  it("has errors of its own shape", async () => {
    expect(await (await gateway.post(INVOCATIONS, records("far"))).json()).toEqual({
      error_code: "BAD_REQUEST",
      message: 'Feature "distance", row 1 of 1: expected a number, got the text "far" (type double).',
    });
    expect(await (await gateway.call("/serve/other/invocations", { method: "POST" })).json()).toEqual({
      error_code: "RESOURCE_DOES_NOT_EXIST",
      message: "Deployment other was not found.",
    });
    expect(await (await gateway.call(INVOCATIONS, { method: "POST", token: null })).json()).toMatchObject({ error_code: "UNAUTHENTICATED" });
  });

  it("answers its health checks", async () => {
    for (const path of ["ping", "health"]) expect(await (await gateway.call(`/serve/delays-production/${path}`)).text()).toBe("\n");
    expect(await (await gateway.call("/serve/delays-production/version")).text()).toBe("0.1.0");
  });
});

describe("what a request may be", () => {
  it.each([
    [INFER, "text/csv", "Content-Type text/csv is not taken. Send application/json."],
    [INVOCATIONS, "text/plain", "Content-Type text/plain is not taken. Send application/json or text/csv."],
    [INFER, "application/json; charset=latin-1", "The charset latin-1 is not taken. Send UTF-8."],
  ])("says 415 at %s for %s", async (path, type, message) => {
    const response = await gateway.post(path, oip(), { "content-type": type });
    expect(response.status).toBe(415);
    expect(JSON.stringify(await response.json())).toContain(message);
  });

  it("says 415 for a compressed body and 400 for one that is not UTF-8", async () => {
    expect((await gateway.post(INFER, oip(), { "content-encoding": "gzip" })).status).toBe(415);
    const response = await gateway.call(INFER, { method: "POST", body: new Uint8Array([0xff, 0xfe]), headers: { "content-type": "application/json" } });
    expect([response.status, await response.json()]).toEqual([400, { error: "The body is not UTF-8." }]);
  });

  it("says 413 for more than 10 MB, whether or not it says so beforehand", async () => {
    const large = Buffer.alloc(10 * 1024 * 1024 + 1, " ");
    const announced = await gateway.call(INFER, { method: "POST", body: large, headers: { "content-type": "application/json" } });
    expect([announced.status, await announced.json()]).toEqual([413, { error: "The body is larger than 10 MB. Send the rows in parts." }]);
    expect(await sendChunked(`${gateway.base}${INFER}`, large)).toBe(413);
  });

  it("says 405 and what to use instead", async () => {
    const get = await gateway.call(INFER);
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
    const post = await gateway.post("/serve/delays-production/v2", {});
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});

describe("who may ask", () => {
  it("nobody without a token that is right", async () => {
    for (const token of [null, "wrong"]) {
      const response = await gateway.call(INFER, { method: "POST", token });
      expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="trellis"']);
      expect((await gateway.call("/serve/other/v2/health/live", { token })).status).toBe(401);
    }
  });

  it("nobody who may not read the project: it answers as if there were nothing", async () => {
    const hidden = await gateway.call("/serve/delays-production/v2", { token: "stranger" });
    const missing = await gateway.call("/serve/delays-productiom/v2", { token: "stranger" });
    expect(hidden.status).toBe(404);
    expect((await hidden.text()).replace("production", "productiom")).toBe(await missing.text());
  });

  it("is asked of the database once in a while, not at every request", async () => {
    for (let count = 0; count < 20; count += 1) expect((await gateway.post(INFER, oip())).status).toBe(200);
    expect(gateway.asked).toEqual({ routes: 1, callers: 1 });
  });
});

describe("what stands behind it", () => {
  it("is another version as soon as that is announced", async () => {
    await gateway.post(INFER, oip());
    gateway.serve("delays-production", {
      live: { versionId: "v4", version: 4, address: "http://worker-4", signature: { inputs: [{ name: "distance", type: "double" }], outputs: [] } },
    });
    gateway.announce("deployment:someone-else");
    expect((await gateway.post(INFER, oip())).headers.get("trellis-model-version")).toBe("3");
    gateway.announce("deployment:id-of-delays-production");
    expect((await gateway.post(INFER, oip())).headers.get("trellis-model-version")).toBe("4");
  });

  it("is found as soon as a deployment appears, or announcements may have been missed", async () => {
    expect((await gateway.call("/serve/new/v2")).status).toBe(404);
    gateway.serve("new");
    gateway.announce("deployment:id-of-new");
    expect((await gateway.call("/serve/new/v2")).status).toBe(200);
    gateway.routes.delete("new");
    gateway.announce("*");
    expect((await gateway.call("/serve/new/v2")).status).toBe(404);
  });

  it("says 503 and when to come back while nothing is ready", async () => {
    gateway.serve("delays-production", { live: null, message: "Version 1 is being prepared.\nmore" });
    for (const response of [
      await gateway.post(INFER, oip()),
      await gateway.call("/serve/delays-production/v2/health/ready"),
      await gateway.call("/serve/delays-production/v2/models/delays"),
    ]) {
      expect([response.status, response.headers.get("retry-after"), await response.json()]).toEqual([
        503,
        "2",
        { error: "delays-production has no version that is ready. Version 1 is being prepared." },
      ]);
    }
    expect((await gateway.call("/serve/delays-production/v2/health/live")).status).toBe(200);
    expect((await gateway.call("/serve/delays-production/ping")).status).toBe(503);
  });

  it("is asked at its new address when the old one is gone", async () => {
    await gateway.post(INFER, oip());
    gateway.runtime.answer = async (rows, address) => {
      if (address === "http://worker-3") throw new CoreError("UNAVAILABLE", "It is gone.");
      return rows.map(() => ({ probability: 0.9 }));
    };
    const down = await gateway.post(INFER, oip());
    expect([down.status, down.headers.get("retry-after"), await down.json()]).toEqual([
      503,
      "1",
      { error: "delays-production does not answer right now. Try again." },
    ]);
    gateway.serve("delays-production", {
      live: {
        versionId: "delays-production-v3",
        version: 3,
        address: "http://worker-3b",
        signature: { inputs: [{ name: "distance", type: "double" }], outputs: [{ name: "probability", type: "double" }] },
      },
    });
    expect((await gateway.post(INFER, oip())).status).toBe(200);
    expect(gateway.counted.map((sample) => sample.outcome)).toEqual(["ok", "server_error", "ok"]);
  });

  it("shows nothing of its inside when it breaks, and writes it to the log", async () => {
    gateway.runtime.answer = () => Promise.reject(new Error("secret at /data/model.py:7"));
    const response = await gateway.post(INFER, oip());
    expect([response.status, await response.json()]).toEqual([500, { error: "The prediction failed inside the portal. Its log says why." }]);
    expect(JSON.stringify(gateway.errors)).toContain("/data/model.py:7");
  });

  it("is given so long and no longer", async () => {
    await gateway.close();
    gateway = await openGateway({ timeoutMs: 1 });
    gateway.serve();
    gateway.runtime.answer = (_rows, _address, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const response = await gateway.post(INFER, oip());
    expect([response.status, await response.json()]).toEqual([503, { error: "delays-production took longer than 0.001 s. Send fewer rows, or try again." }]);
  });

  it("is never asked more at the same time than it can bear", async () => {
    await gateway.close();
    gateway = await openGateway({ maxConcurrent: 2 });
    gateway.serve();
    gateway.serve("other");
    const [busy, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let running = 0;
    gateway.runtime.answer = async (rows) => {
      running += 1;
      if (running === 2) busy.resolve();
      await release.promise;
      return rows.map(() => ({ probability: 1 }));
    };
    const first = [gateway.post(INFER, oip()), gateway.post(INFER, oip())];
    await busy.promise;
    const refused = await gateway.post(INFER, oip());
    expect([refused.status, refused.headers.get("retry-after"), await refused.json()]).toEqual([
      503,
      "1",
      { error: "delays-production is busy with 2 requests. Try again." },
    ]);
    const elsewhere = gateway.post("/serve/other/v2/models/delays/infer", oip());
    release.resolve();
    expect((await Promise.all([...first, elsewhere])).map((response) => response.status)).toEqual([200, 200, 200]);
    expect((await gateway.post(INFER, oip())).status).toBe(200);
  });
});

/** Sends a body without saying its length, and never ends it; answers the status. */
function sendChunked(url: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { method: "POST", headers: { authorization: "Bearer reader", "content-type": "application/json", "transfer-encoding": "chunked" } },
      (response) => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      },
    );
    request.on("error", reject);
    request.write(body);
  });
}
