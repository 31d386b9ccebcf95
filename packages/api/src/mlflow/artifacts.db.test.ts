import { request as httpRequest } from "node:http";
import { artifact } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { ArtifactStoreCapability } from "@trellis/core/tracking/ports.ts";
import type { MemoryArtifactStore } from "@trellis/core/tracking/testing/memory-artifact-store.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type AccessWorld, openAccessWorld } from "../access/testing/access-world.ts";
import { type OpenMlflow, openMlflow } from "./testing/open-mlflow.ts";

describe("files at the door of MLflow clients", () => {
  const database = testDatabase();
  let world: AccessWorld;
  let door: OpenMlflow;
  let token: string;
  beforeAll(async () => {
    world = await openAccessWorld(database.handle);
    door = await openMlflow({ core: world.core, authenticate: (authorization) => world.auth.authenticator.actorOf(new Headers({ authorization })) });
    token = world.owner.token;
  });
  afterAll(() => door.close());

  const API = "/api/2.0/mlflow-artifacts/artifacts";
  const hex = (id: string): string => id.replaceAll("-", "");
  const runHex = () => hex(world.open.clientRunId);
  const rootOf = () => `experiments/${world.open.experimentId}/${runHex()}/artifacts`;
  const modelRoot = () => `experiments/${world.open.experimentId}/models/m-${hex(world.open.loggedModelId)}/artifacts`;
  const put = (path: string, content: string, base = "") => door.send(token, "PUT", `${base}${API}/${path}`, content);
  const get = (path: string, headers: Record<string, string> = {}) => door.send(token, "GET", `${API}/${path}`, undefined, headers);
  const list = async (path: string) => (await door.send(token, "GET", API, { path })).body;
  const remove = (path: string) => door.send(token, "DELETE", `${API}/${path}`);

  it("are put, listed by their names, read and deleted, at the portal's address and at a project's", async () => {
    for (const base of ["", `/projects/${world.open.slug}/mlflow`]) {
      for (const path of ["model/MLmodel", "model/data/model.pkl", "notes.txt"]) {
        expect(await put(`${rootOf()}/${path}`, `content of ${path}`, base)).toMatchObject({ status: 200, body: {} });
      }
      expect(await put(`${rootOf()}/empty`, "", base)).toMatchObject({ status: 200 });
      expect(await list(rootOf())).toEqual({
        files: [
          { path: "empty", is_dir: false },
          { path: "model", is_dir: true },
          { path: "notes.txt", is_dir: false, file_size: 20 },
        ],
      });
      expect(await list(`${rootOf()}/model`)).toEqual({
        files: [
          { path: "MLmodel", is_dir: false, file_size: 24 },
          { path: "data", is_dir: true },
        ],
      });
      expect(await list(`${rootOf()}/notes.txt`)).toEqual({});
      expect((await get(`${rootOf()}/model/data/model.pkl`)).body).toBe("content of model/data/model.pkl");
      expect(await remove(rootOf())).toMatchObject({ status: 200, body: {} });
      expect(await list(rootOf())).toEqual({});
      expect(await get(`${rootOf()}/notes.txt`)).toMatchObject({ status: 404, body: { error_code: "RESOURCE_DOES_NOT_EXIST" } });
    }
  });

  it("are listed by run, from its root", async () => {
    await put(`${rootOf()}/model/MLmodel`, "x");
    expect((await door.send(token, "GET", "/api/2.0/mlflow/artifacts/list", { run_uuid: runHex() })).body).toEqual({
      root_uri: `mlflow-artifacts:/${rootOf()}`,
      files: [{ path: "model", is_dir: true }],
    });
    expect((await door.send(token, "GET", "/ajax-api/2.0/mlflow/artifacts/list", { run_id: runHex(), path: "model" })).body).toMatchObject({
      files: [{ path: "model/MLmodel", is_dir: false, file_size: 1 }],
    });
    await remove(rootOf());
  });

  it("of logged models are served in the same ways", async () => {
    await put(`${modelRoot()}/MLmodel`, "flavors: {}");
    await put(`${modelRoot()}/data/x.bin`, "01");
    expect(await list(modelRoot())).toMatchObject({ files: [{ path: "MLmodel" }, { path: "data", is_dir: true }, { path: "model", is_dir: true }] });
    const model = `/ajax-api/2.0/mlflow/logged-models/m-${hex(world.open.loggedModelId)}/artifacts`;
    expect((await door.send(token, "GET", `${model}/directories`, { artifact_directory_path: "data" })).body).toEqual({
      root_uri: `mlflow-artifacts:/${modelRoot()}`,
      files: [{ path: "data/x.bin", is_dir: false, file_size: 2 }],
    });
    expect((await door.send(token, "GET", `${model}/files`, { artifact_file_path: "MLmodel" })).body).toBe("flavors: {}");
    await remove(`${modelRoot()}/data`);
    expect((await door.send(token, "GET", `${model}/files`, { artifact_file_path: "data/x.bin" })).status).toBe(404);
  });

  it("of a version are read by clients and never change", async () => {
    const root = `model-versions/${world.open.versionId}`;
    expect(await list(root)).toEqual({
      files: [
        { path: "report.html", is_dir: false, file_size: 22 },
        { path: "sub", is_dir: true },
      ],
    });
    expect((await get(`${root}/sub/plot.svg`)).body).toBe("<script>heron</script>");
    const never = { status: 400, body: { error_code: "INVALID_PARAMETER_VALUE", message: "A registered version never changes. Register a new version." } };
    expect(await put(`${root}/sub/plot.svg`, "other")).toMatchObject(never);
    expect(await remove(root)).toMatchObject(never);
    const file = { name: world.open.modelName, version: 2, path: "report.html" };
    for (const address of ["/model-versions/get-artifact", "//model-versions/get-artifact"])
      expect((await door.send(token, "GET", address, file)).body).toBe("<script>heron</script>");
    expect((await door.send(token, "GET", "/model-versions/get-artifact", { ...file, version: 77, path: "../x" })).body).toMatchObject({
      message: "Invalid path",
    });
    expect((await door.send(token, "GET", "/model-versions/get-artifact", { ...file, path: "none" })).status).toBe(404);
  });

  it.each([
    ["a/MLmodel", "text/plain; charset=utf-8"],
    ["a.py", "text/plain; charset=utf-8"],
    ["a.json", "text/plain; charset=utf-8"],
    ["a.png", "image/png"],
    ["a.pdf", "application/pdf"],
    ["a.pkl", "application/octet-stream"],
    ["a", "application/octet-stream"],
    ["page.html", "text/html; charset=utf-8"],
    ["plot.svg", "image/svg+xml"],
  ])("are served to be saved: %s as %s, and run nowhere", async (path, type) => {
    await put(`${rootOf()}/types/${path}`, "<script>alert(1)</script>");
    const { headers } = await get(`${rootOf()}/types/${path}`, { accept: "text/html" });
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": type,
      "content-disposition": `attachment; filename=${path.split("/").at(-1)}`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
      "content-length": "25",
    });
    expect((await door.send(token, "GET", "/get-artifact", { run_id: runHex(), path: `types/${path}` })).headers.get("content-disposition")).toMatch(
      /^attachment/,
    );
    await remove(rootOf());
  });

  it("keep their names, also strange ones", async () => {
    const name = `a b'%(1)"é日.txt`;
    await put(`${rootOf()}/${encodeURIComponent(name)}`, "x");
    expect(await list(rootOf())).toMatchObject({ files: [{ path: name }] });
    const { headers, body } = await get(`${rootOf()}/${encodeURIComponent(name)}`);
    expect(body).toBe("x");
    expect(headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''a%20b%27%25%281%29%22%C3%A9%E6%97%A5.txt");
    await remove(rootOf());
  });

  it("are given in ranges", async () => {
    await put(`${rootOf()}/digits`, "0123456789");
    const middle = await get(`${rootOf()}/digits`, { range: "bytes=2-4" });
    expect([middle.status, middle.body, middle.headers.get("content-range")]).toEqual([206, "234", "bytes 2-4/10"]);
    expect((await get(`${rootOf()}/digits`, { range: "bytes=10-" })).status).toBe(416);
    const head = await fetch(`${door.url}${API}/${rootOf()}/digits`, { method: "HEAD", headers: { authorization: `Bearer ${token}` } });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "10"]);
    await remove(rootOf());
  });

  it.each(["..%2Fx", "a%2F..%2Fb", "%2Fetc%2Fpasswd", "%2E%2E%2Fx", "%252e%252e%252fx", "%25252e%25252e/x", "a%23b", "a%2523b", "a%5C..%5Cb"])(
    "have no path %s",
    async (path) => {
      const refusal = { status: 400, body: { error_code: "INVALID_PARAMETER_VALUE", message: "Invalid path" } };
      expect(await put(`${rootOf()}/${path}`, "x")).toMatchObject(path === "%2Fetc%2Fpasswd" ? { status: 200 } : refusal);
      expect(await put(path, "x")).toMatchObject(refusal);
      const inRun = decodeURIComponent(path);
      for (const [address, query] of [
        ["/get-artifact", { run_id: runHex(), path: inRun }],
        ["/api/2.0/mlflow/artifacts/list", { run_id: runHex(), path: inRun }],
        ["/model-versions/get-artifact", { name: "none", version: 1, path: inRun }],
        [API, { path: inRun }],
      ] as const)
        expect(await door.send(token, "GET", address, query)).toMatchObject(refusal);
      await remove(rootOf());
    },
  );

  it("lie in a run, a logged model or a version, and nowhere else", async () => {
    for (const path of ["free.txt", "experiments/1/x.txt"]) {
      expect(await put(path, "x")).toMatchObject({ status: 404, body: { message: expect.stringContaining("artifact URI") as string } });
      expect((await get(path)).status).toBe(404);
      expect((await remove(path)).status).toBe(404);
      expect(await list(path)).toEqual({});
    }
    expect(await list("")).toEqual({});
    expect(await put(`experiments/1/${"0".repeat(32)}/artifacts/x`, "x")).toMatchObject({ status: 404, body: { message: /Run with id=0+ not found/ } });
  });

  it("are nothing when the client dies during the upload, and the door goes on", async () => {
    const store = world.core.resolve(ArtifactStoreCapability) as MemoryArtifactStore;
    const [puts, blobs] = [vi.spyOn(store, "put"), store.blobs.size];
    for (const framing of [{ "content-length": "1000000" }, { "transfer-encoding": "chunked" }]) {
      puts.mockClear();
      const upload = httpRequest(`${door.url}${API}/${rootOf()}/half.bin`, { method: "PUT", headers: { authorization: `Bearer ${token}`, ...framing } });
      upload.on("error", () => {});
      upload.write(Buffer.alloc(100_000));
      await vi.waitUntil(() => puts.mock.results.length > 0);
      upload.destroy();
      await expect(puts.mock.results[0]?.value).rejects.toMatchObject({ message: "The upload broke off before its end." });
    }
    puts.mockRestore();
    expect(store.blobs.size).toBe(blobs);
    expect(await put(`${rootOf()}/after.txt`, "whole")).toMatchObject({ status: 200 });
    expect(await list(rootOf())).toEqual({ files: [{ path: "after.txt", is_dir: false, file_size: 5 }] });
    await remove(rootOf());
  });

  it("are taken whole from two clients that put one path at once", async () => {
    const contents = ["a".repeat(300_000), "b".repeat(200_000), "c".repeat(100_000)];
    const answers = await Promise.all(contents.map((content) => put(`${rootOf()}/same.bin`, content)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(contents).toContain((await get(`${rootOf()}/same.bin`)).body);
    expect(await database.db.$count(artifact, eq(artifact.runId, world.open.clientRunId))).toBe(1);
    await remove(rootOf());
  });

  it("that a page uploads are checked in its order: run, path, safe path, content, size", async () => {
    const upload = (query: string, content: string) => door.send(token, "POST", `/ajax-api/2.0/mlflow/upload-artifact?${query}`, content);
    const message = async (query: string, content = "") => ((await upload(query, content)).body as { message: string }).message;
    expect(await message("path=../x")).toBe("Request must specify run_uuid.");
    expect(await message("run_uuid=none")).toBe("Request must specify path.");
    expect(await message("run_uuid=none&path=..%2Fx")).toBe("Invalid path");
    expect(await message("run_uuid=none&path=x")).toBe("Request must specify data.");
    expect(await message("run_uuid=none&path=x", "y")).toBe("Run with id=none not found");
    expect(await upload(`run_uuid=${runHex()}&path=x`, "y".repeat(10 * 1024 * 1024 + 1))).toMatchObject({
      status: 413,
      body: { message: /larger than 10 MB/ },
    });
    expect(await upload(`run_uuid=${runHex()}&path=images%2Fx.png`, "y")).toMatchObject({ status: 200, body: {} });
    expect(await list(`${rootOf()}/images`)).toMatchObject({ files: [{ path: "x.png" }] });
    expect(await list(rootOf())).toEqual({ files: [{ path: "images", is_dir: true }] });
    await remove(rootOf());
  });

  it.each([
    ["POST", "/api/2.0/mlflow-artifacts/mpu/create/some/file", "Multipart upload is not supported for the current artifact repository"],
    ["POST", "/api/2.0/mlflow-artifacts/mpu/complete/some/file", "Multipart upload is not supported for the current artifact repository"],
    ["POST", "/api/2.0/mlflow-artifacts/mpu/abort/some/file", "Multipart upload is not supported for the current artifact repository"],
    ["GET", "/api/2.0/mlflow-artifacts/presigned/some/file", "Multipart download is not supported for the current artifact repository"],
    ["POST", "/api/2.0/mlflow/artifacts/presigned-upload-url", "Multipart upload is not supported for the current artifact repository"],
  ])("go in one request only: %s %s says so", async (method, path, message) => {
    const answer = await door.send(token, method, path, method === "POST" ? { path: "file", num_parts: 5 } : undefined);
    expect(answer).toMatchObject({ status: 501, body: { error_code: "NOT_IMPLEMENTED", message: expect.stringMatching(`^${message}`) as string } });
  });
});
