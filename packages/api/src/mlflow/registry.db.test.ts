import { testDatabase } from "@trellis/db/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AccessWorld, openAccessWorld } from "../access/testing/access-world.ts";
import { type OpenMlflow, openMlflow } from "./testing/open-mlflow.ts";

const API = "/api/2.0/mlflow";

describe("the model registry of MLflow clients", () => {
  const database = testDatabase();
  let world: AccessWorld;
  let door: OpenMlflow;
  let name: string;
  let count = 0;
  beforeAll(async () => {
    world = await openAccessWorld(database.handle);
    door = await openMlflow({ core: world.core, authenticate: (authorization) => world.auth.authenticator.actorOf(new Headers({ authorization })) });
  });
  afterAll(() => door.close());
  beforeEach(() => {
    name = `model ${(count += 1)}`;
  });

  const call = (method: string, path: string, body: object = {}) => door.send(world.owner.token, method, `${API}${path}`, body);
  const refusal = (status: number, error_code: string, message: unknown) => ({ status, body: { error_code, message } });

  it("makes a model and answers only what is set, times as numbers", async () => {
    const made = await call("POST", "/registered-models/create", { name, tags: [{ key: "team", value: "ops" }] });
    expect(made.status).toBe(200);
    expect(made.body).toEqual({
      registered_model: {
        name,
        user_id: "Olga",
        creation_timestamp: expect.any(Number) as number,
        last_updated_timestamp: expect.any(Number) as number,
        tags: [{ key: "team", value: "ops" }],
      },
    });
    expect(await call("POST", "/registered-models/create", { name })).toMatchObject(
      refusal(400, "RESOURCE_ALREADY_EXISTS", expect.stringContaining("already exists")),
    );
    expect(await call("POST", "/registered-models/create", {})).toMatchObject(
      refusal(400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'name'."),
    );
    expect(await call("POST", "/registered-models/create", { name: "a/b" })).toMatchObject({ status: 400, body: { error_code: "INVALID_PARAMETER_VALUE" } });
    expect(await call("GET", "/registered-models/get", { name: "never" })).toMatchObject(
      refusal(404, "RESOURCE_DOES_NOT_EXIST", "Registered Model with name=never not found"),
    );
  });

  it("registers versions whose numbers are text, and finds them by number, alias, stage and latest", async () => {
    await call("POST", "/registered-models/create", { name });
    const first = await call("POST", "/model-versions/create", {
      name,
      source: "s3://bucket/a",
      run_id: "r1",
      run_link: "l",
      description: "Card",
      tags: [{ key: "k", value: "" }],
    });
    expect(first.body).toEqual({
      model_version: {
        name,
        version: "1",
        creation_timestamp: expect.any(Number) as number,
        last_updated_timestamp: expect.any(Number) as number,
        user_id: "Olga",
        current_stage: "None",
        description: "Card",
        source: "s3://bucket/a",
        run_id: "r1",
        run_link: "l",
        status: "READY",
        tags: [{ key: "k", value: "" }],
      },
    });
    await call("POST", "/model-versions/create", { name, source: "s3://bucket/b" });
    expect(await call("POST", "/registered-models/alias", { name, alias: "champion", version: "1" })).toMatchObject({ status: 200, body: {} });
    expect(await call("GET", "/registered-models/alias", { name, alias: "champion" })).toMatchObject({
      body: { model_version: { version: "1", aliases: ["champion"] } },
    });
    expect(await call("GET", "/registered-models/alias", { name, alias: "latest" })).toMatchObject({ body: { model_version: { version: "2" } } });
    expect(await call("GET", "/registered-models/alias", { name, alias: "nobody" })).toMatchObject(
      refusal(400, "INVALID_PARAMETER_VALUE", "Registered model alias nobody not found."),
    );
    expect(await call("POST", "/model-versions/transition-stage", { name, version: "2", stage: "staging", archive_existing_versions: false })).toMatchObject({
      body: { model_version: { current_stage: "Staging" } },
    });
    for (const method of ["POST", "GET"])
      expect(await call(method, "/registered-models/get-latest-versions", { name, stages: ["Staging"] })).toMatchObject({
        body: { model_versions: [{ version: "2" }] },
      });
    expect(await call("GET", "/registered-models/get", { name })).toMatchObject({
      body: { registered_model: { aliases: [{ alias: "champion", version: "1" }], latest_versions: [{ version: "1" }, { version: "2" }] } },
    });
    expect(await call("GET", "/model-versions/get-download-uri", { name, version: "1" })).toMatchObject({ body: { artifact_uri: "s3://bucket/a" } });
  });

  it("takes bodies of DELETE, and says what is wrong in the protocol's words", async () => {
    await call("POST", "/registered-models/create", { name });
    await call("POST", "/model-versions/create", { name, source: "s3://x" });
    await call("POST", "/model-versions/set-tag", { name, version: "1", key: "a", value: "b" });
    expect(await call("DELETE", "/model-versions/delete-tag", { name, version: "1", key: "a" })).toMatchObject({ status: 200, body: {} });
    expect((await call("GET", "/model-versions/get", { name, version: "1" })).body).not.toHaveProperty("model_version.tags");
    expect(await call("GET", "/model-versions/get", { name, version: "one" })).toMatchObject(
      refusal(400, "INVALID_PARAMETER_VALUE", expect.stringContaining("Parameter 'version' must be an integer")),
    );
    for (const version of ["9", "-1", "99999999999"])
      expect(await call("GET", "/model-versions/get", { name, version })).toMatchObject(
        refusal(404, "RESOURCE_DOES_NOT_EXIST", `Model Version (name=${name}, version=${version}) not found`),
      );
    expect(await call("POST", "/model-versions/create", { name, source: "mlflow-artifacts:/a/%2e%2e/b" })).toMatchObject(
      refusal(400, "INVALID_PARAMETER_VALUE", expect.stringContaining("Invalid model version source")),
    );
    expect(await call("POST", "/model-versions/create", { name, source: "s3://x", model_id: "m-1" })).toMatchObject({ status: 404 });
    expect(await call("POST", "/registered-models/alias", { name, alias: "v1", version: "1" })).toMatchObject({ status: 400 });
    expect(await call("DELETE", "/model-versions/delete", { name, version: "1" })).toMatchObject({ status: 200, body: {} });
    expect(await call("DELETE", "/registered-models/delete", { name })).toMatchObject({ status: 200, body: {} });
    expect(await call("GET", "/registered-models/get", { name })).toMatchObject({ status: 404 });
  });

  it("searches models and versions, aliases with them", async () => {
    await call("POST", "/registered-models/create", { name });
    await call("POST", "/model-versions/create", { name, source: "s3://x", run_id: "r9" });
    await call("POST", "/registered-models/alias", { name, alias: "best", version: "1" });
    expect(await call("GET", "/registered-models/search", { filter: `name = '${name}'` })).toMatchObject({
      body: { registered_models: [{ name, aliases: [{ alias: "best" }] }] },
    });
    expect(await call("GET", "/model-versions/search", { filter: `name = '${name}' AND run_id = 'r9'`, max_results: 1 })).toMatchObject({
      body: { model_versions: [{ name, version: "1", aliases: ["best"] }] },
    });
    expect((await call("GET", "/model-versions/search", { filter: `name = '${name}x'` })).body).toEqual({});
  });

  it("keeps a deployed version, and says where it is deployed", async () => {
    const { modelName, deploymentName } = world.hidden;
    expect(await call("DELETE", "/model-versions/delete", { name: modelName, version: "2" })).toMatchObject(
      refusal(400, "INVALID_PARAMETER_VALUE", expect.stringMatching(new RegExp(`${deploymentName}|change request`))),
    );
    expect(await call("DELETE", "/registered-models/delete", { name: modelName })).toMatchObject({ status: 400 });
    expect(await call("POST", "/registered-models/rename", { name: modelName, new_name: "free" })).toMatchObject({ status: 400 });
  });

  it("puts what a project's own address makes into that project", async () => {
    const { slug } = world.hidden;
    await door.send(world.owner.token, "POST", `/projects/${slug}/mlflow${API}/registered-models/create`, { name });
    const response = await world.door.request(`/api/v1/models/${encodeURIComponent(name)}`, { headers: { authorization: `Bearer ${world.owner.token}` } });
    expect(await response.json()).toMatchObject({ project: { slug } });
  });
});
