import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createLocalDeployTarget, type LocalDeployTarget } from "../../deploy-target/local/provider.ts";
import { createLauncher, type Launcher } from "../../local-processes/launcher.ts";
import { createPythonServingRuntime } from "./provider.ts";

const fixtures = fileURLToPath(new URL("./fixtures/", import.meta.url));
const clientFolder = fileURLToPath(new URL("../../../../python-client/src", import.meta.url));
const never = new AbortController().signal;

describe("python serving runtime", { timeout: 60_000 }, () => {
  const runtime = createPythonServingRuntime({ clientFolder, homeFolder: tmpdir() });
  afterAll(() => runtime.close());

  it("renders the command that serves a version", () => {
    const workload = runtime.renderWorkload({
      deployment: "flight-delays-production",
      version: 3,
      modelFolder: "/data/it's here/model",
      sourceFolder: "/data/source",
      environmentFolder: "/data/environments/abc",
    });
    expect(workload).toEqual({
      name: "flight-delays-production@3",
      command: `exec /data/environments/abc/bin/python -m trellis.serve --model '/data/it'\\''s here/model' --port 0 --address-file "$TRELLIS_ADDRESS_FILE"`,
      workFolder: "/data/source",
      environment: expect.objectContaining({
        PATH: "/data/environments/abc/bin:/usr/local/bin:/usr/bin:/bin",
        PYTHONPATH: `/data/source/src:/data/source:${clientFolder}`,
        TRELLIS_MODEL_VERSION: "3",
      }),
      readinessPath: "/ready",
    });
  });

  describe("with a real worker", () => {
    let folder: string;
    let launcher: Launcher;
    let target: LocalDeployTarget;
    let address: string;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "python-serving-"));
      const environmentFolder = path.join(folder, "environment");
      await mkdir(path.join(environmentFolder, "bin"), { recursive: true });
      const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
      await symlink(python, path.join(environmentFolder, "bin", "python"));
      launcher = createLauncher();
      target = createLocalDeployTarget({ folder: path.join(folder, "serving"), launcher, timings: { firstPauseMs: 5 } });
      const ready = nextReady();
      await target.apply(
        runtime.renderWorkload({
          deployment: "doubling-test",
          version: 7,
          modelFolder: path.join(fixtures, "model"),
          sourceFolder: path.join(fixtures, "source"),
          environmentFolder,
        }),
      );
      address = await ready;
    });
    afterAll(async () => {
      await target.close({ stopAll: true });
      launcher.close();
      await rm(folder, { recursive: true, force: true });
    });

    function nextReady(): Promise<string> {
      const { promise, resolve } = Promise.withResolvers<string>();
      const enough = new AbortController();
      target.watch(({ state, address: found }) => {
        if (state !== "ready" || found === null) return;
        enough.abort();
        resolve(found);
      }, enough.signal);
      return promise;
    }

    it("predicts one result a row", async () => {
      expect(await runtime.infer(address, [{ x: 1 }, { x: 2.5 }], never)).toEqual([
        { y: 2, version: "7" },
        { y: 5, version: "7" },
      ]);
    });

    it("answers many at once", async () => {
      const answers = await Promise.all(Array.from({ length: 200 }, (_, x) => runtime.infer(address, [{ x }], never)));
      expect(answers.map(([answer]) => answer?.["y"])).toEqual(Array.from({ length: 200 }, (_, x) => 2 * x));
    });

    it("passes on why the model refuses rows", async () => {
      await expect(runtime.infer(address, [{ x: "refuse" }], never)).rejects.toMatchObject({
        code: "INVALID",
        message: "The model refuses the rows: x must be a number",
      });
    });

    it("keeps a fault of the model to its log", async () => {
      const failure = runtime.infer(address, [{ x: "fail" }], never);
      await expect(failure).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.not.stringContaining("secret") });
      expect(await readFile(path.join(folder, "serving", "doubling-test@7", "log"), "utf8")).toContain("secret detail");
    });

    it("gives up when told to", async () => {
      const abort = new AbortController();
      const answer = runtime.infer(address, [{ x: "hang" }], abort.signal);
      abort.abort(new Error("caller left"));
      await expect(answer).rejects.toThrow("caller left");
    });

    it("gives up on a model that hangs", async () => {
      const impatient = createPythonServingRuntime({ clientFolder, homeFolder: tmpdir(), predictTimeoutMs: 50 });
      await expect(impatient.infer(address, [{ x: "hang" }], never)).rejects.toMatchObject({
        code: "UNAVAILABLE",
        message: "The model did not answer within 0.05 s.",
      });
      impatient.close();
    });

    it("says that the process is gone, and predicts again once it is back", async () => {
      const back = nextReady();
      await expect(runtime.infer(address, [{ x: "die" }], never)).rejects.toMatchObject({ code: "UNAVAILABLE" });
      await expect(runtime.infer(address, [{ x: 1 }], never)).rejects.toMatchObject({ code: "UNAVAILABLE" });
      address = await back;
      expect(await runtime.infer(address, [{ x: 1 }], never)).toEqual([{ y: 2, version: "7" }]);
    });
  });

  describe("with a worker that misbehaves", () => {
    const servers: Server[] = [];
    afterEach(() => {
      for (const server of servers.splice(0)) {
        server.closeAllConnections();
        server.close();
      }
    });

    async function serve(listener: RequestListener): Promise<string> {
      const server = createServer(listener);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    it.each([
      ["no JSON", "<html>"],
      ["no predictions", "{}"],
      ["too few", '{"predictions":[]}'],
      ["no objects", '{"predictions":[1]}'],
    ])("refuses an answer with %s", async (_, body) => {
      const address = await serve((_request, response) => response.end(body));
      await expect(runtime.infer(address, [{ x: 1 }], never)).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining("1 rows") });
    });

    it("asks again when the worker closes a kept connection", async () => {
      let requests = 0;
      const address = await serve((request, response) => {
        requests += 1;
        if (requests === 2) request.socket.destroy();
        else response.end('{"predictions":[{"y":1}]}');
      });
      await runtime.infer(address, [{ x: 1 }], never);
      expect(await runtime.infer(address, [{ x: 1 }], never)).toEqual([{ y: 1 }]);
      expect(requests).toBe(3);
    });
  });
});
