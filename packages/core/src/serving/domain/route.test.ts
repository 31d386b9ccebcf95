import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseServePath } from "./route.ts";

describe("parseServePath", () => {
  it.each([
    ["/serve/d/v2", { kind: "server-metadata" }, "GET"],
    ["/serve/d/v2/", { kind: "server-metadata" }, "GET"],
    ["/serve/d/v2/health/live", { kind: "live" }, "GET"],
    ["/serve/d/v2/health/ready", { kind: "ready" }, "GET"],
    ["/serve/d/v2/models/m", { kind: "model-metadata", model: "m", version: null }, "GET"],
    ["/serve/d/v2/models/m/versions/3", { kind: "model-metadata", model: "m", version: "3" }, "GET"],
    ["/serve/d/v2/models/m/ready", { kind: "model-ready", model: "m", version: null }, "GET"],
    ["/serve/d/v2/models/m/infer", { kind: "infer", model: "m", version: null }, "POST"],
    ["/serve/d/v2/models/m/versions/3/infer", { kind: "infer", model: "m", version: "3" }, "POST"],
    ["/serve/d/invocations", { kind: "invocations" }, "POST"],
    ["/serve/d/ping", { kind: "ping" }, "GET"],
    ["/serve/d/health", { kind: "ping" }, "GET"],
    ["/serve/d/version", { kind: "version" }, "GET"],
  ])("reads %s", (path, operation, method) => expect(parseServePath(path)).toEqual({ deployment: "d", operation, method }));

  it.each([
    "/serve",
    "/serve/",
    "/serve/d",
    "/serve/d/v1",
    "/serve/d/v2/models",
    "/serve/d/v2/models/m/versions",
    "/serve/d/v2/models/m/explain",
    "/serve/d/v2/models/m/infer/x",
    "/serve/d/invocations/x",
    "/other/d/v2",
    "/serve/%zz/v2",
    "/serve/d/v2/health/live/x",
  ])("knows nothing at %s", (path) => expect(parseServePath(path)).toBeNull());

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseServePath(`/serve/${text}`)));
  });
});
