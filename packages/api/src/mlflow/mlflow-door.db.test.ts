import { testDatabase } from "@trellis/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccessWorld, openAccessWorld } from "../access/testing/access-world.ts";
import { type OpenMlflow, openMlflow } from "./testing/open-mlflow.ts";

describe("the door of MLflow clients", () => {
  const database = testDatabase();
  let world: AccessWorld;
  let door: OpenMlflow;
  beforeAll(async () => {
    world = await openAccessWorld(database.handle);
    door = await openMlflow({ core: world.core, authenticate: (authorization) => world.auth.authenticator.actorOf(new Headers({ authorization })) });
  });
  afterAll(() => door.close());

  it.each(["/health", "//health", "/projects/heron-project/mlflow/health"])("answers %s with OK", async (path) => {
    expect(await door.send(null, "GET", path)).toMatchObject({ status: 200, body: "OK" });
  });

  it("tells a version below those that are sent spans", async () => {
    const { body } = await door.send(null, "GET", "/version");
    expect(body).toMatch(/^\d+\.\d+\.\d+$/);
    expect(String(body).localeCompare("3.4", "en", { numeric: true })).toBeLessThan(0);
  });

  it.each(["/api/3.0/mlflow/server-info", "/ajax-api/3.0/mlflow/server-info", "/projects/heron-project/mlflow/api/3.0/mlflow/server-info"])(
    "answers %s to everybody",
    async (path) => {
      expect(await door.send(null, "GET", path)).toMatchObject({ status: 200, body: { store_type: "SqlStore", workspaces_enabled: false } });
    },
  );

  it.each([
    ["GET", "/api/2.0/mlflow/nothing"],
    ["POST", "/api/3.0/mlflow/traces"],
    ["GET", "/api/2.0/mlflow/server-info"],
    ["GET", "/projects/heron-project/mlflow/api/2.0/nothing"],
    ["GET", "/ajax-api/x"],
  ])("knows no %s %s", async (method, path) => {
    expect(await door.send(null, method, path, method === "POST" ? {} : undefined)).toMatchObject({ status: 404, body: { error_code: "ENDPOINT_NOT_FOUND" } });
  });

  it("says by which method a path is called", async () => {
    expect(await door.send(null, "DELETE", "/health")).toMatchObject({
      status: 405,
      body: { error_code: "ENDPOINT_NOT_FOUND", message: expect.stringContaining("by GET") as string },
    });
  });

  it.each([
    "/",
    "/api/v1/me",
    "/api/trpc/x",
    "/projects/heron-project",
    "/projects/heron-project/mlflow",
    "/projects/heron-project/mlflow/",
    "/versions",
    "/projects/A%20b/mlflow/health",
  ])("leaves %s to others", async (path) => {
    expect((await door.send(null, "GET", path)).status).toBe(418);
  });
});
