import { Readable } from "node:stream";
import { putLoggedModelFile, putRunArtifact } from "@trellis/core/tracking/index.ts";
import { testDatabase } from "@trellis/db/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { type AccessWorld, openAccessWorld } from "../access/testing/access-world.ts";

describe("bytes of files for pages", () => {
  const database = testDatabase();
  let world: AccessWorld;
  beforeAll(async () => {
    world = await openAccessWorld(database.handle);
    const { clientRunId: runId, loggedModelId: modelId } = world.open;
    for (const path of ["page.html", "plots/a b.svg", "x.png", "notes.txt"])
      await putRunArtifact(world.owner.ctx, { runId, path, content: Readable.from([Buffer.from("0123456789")]) });
    await putLoggedModelFile(world.owner.ctx, { modelId, path: "MLmodel", content: Readable.from([Buffer.from("flavors: {}")]) });
  });

  const get = async (path: string, headers: Record<string, string> = {}, token = world.owner.token) =>
    world.door.request(`http://127.0.0.1/api/v1${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
  const ofRun = (rest: string) => `/runs/${world.open.clientRunId}/${rest}`;

  it("are those of runs, logged models and versions, whole or in ranges", async () => {
    expect(await (await get(ofRun("content/notes.txt"))).text()).toBe("0123456789");
    expect(await (await get(`/logged-models/${world.open.loggedModelId}/content/MLmodel`)).text()).toBe("flavors: {}");
    expect(await (await get(`/model-versions/${world.open.versionId}/content/sub/plot.svg`)).text()).toBe("<script>heron</script>");
    const part = await get(ofRun("content/notes.txt"), { range: "bytes=2-4" });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 2-4/10", "234"]);
    expect((await get(ofRun("content/notes.txt"), { range: "bytes=10-" })).status).toBe(416);
    expect((await get(ofRun("content/none"))).status).toBe(404);
    expect((await get(ofRun("content/a%2F..%2Fb"))).status).toBe(400);
  });

  it("are saved, or shown as pictures and text, and never run", async () => {
    for (const [path, type, disposition] of [
      ["page.html", "application/octet-stream", /^attachment/],
      ["plots/a%20b.svg", "image/svg+xml", /^attachment/],
      ["x.png", "image/png", /^inline/],
      ["notes.txt", "text/plain; charset=utf-8", /^inline/],
    ] as const) {
      const { headers } = await get(ofRun(`content/${path}`));
      expect(headers.get("content-type")).toBe(type);
      expect(headers.get("content-disposition")).toMatch(disposition);
      expect([headers.get("content-security-policy"), headers.get("x-content-type-options")]).toEqual(["sandbox; default-src 'none'", "nosniff"]);
    }
  });

  it("are viewed in an origin of their own without a network; with scripts only inside a frame", async () => {
    const policy = async (query: string, headers: Record<string, string> = {}) =>
      (await get(ofRun(`view/page.html${query}`), headers)).headers.get("content-security-policy") ?? "";
    for (const closed of [await policy(""), await policy("?scripts=allow"), await policy("?scripts=allow", { "sec-fetch-dest": "document" })]) {
      expect(closed).toMatch(/^sandbox; default-src 'none'; /);
      expect(closed).not.toMatch(/script-src|connect-src|allow-/);
      expect(closed).toContain("frame-ancestors 'self'");
    }
    const open = await policy("?scripts=allow", { "sec-fetch-dest": "iframe" });
    expect(open).toMatch(/^sandbox allow-scripts; default-src 'none'; /);
    expect(open).not.toMatch(/allow-same-origin|allow-top|allow-forms|allow-popups|connect-src/);
    expect((await get(ofRun("view/page.html"))).headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect((await get(ofRun("view/plots/a%20b.svg"))).headers.get("content-type")).toBe("image/svg+xml");
    expect((await get(ofRun("view/notes.txt"))).headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
  });

  it("are hidden with a private project, and asked for with a token", async () => {
    const stranger = world.outsider("approver").token;
    for (const path of [
      `/runs/${world.hidden.runId}/content/work/zebra.html`,
      `/runs/${world.hidden.runId}/view/work/zebra.html`,
      `/logged-models/${world.hidden.loggedModelId}/content/model/zebra.pkl`,
      `/model-versions/${world.hidden.versionId}/content/report.html`,
    ]) {
      expect((await get(path, {}, stranger)).status, path).toBe(404);
      expect((await get(path)).status, path).toBe(200);
      expect((await world.door.request(`http://127.0.0.1/api/v1${path}`)).status).toBe(401);
    }
  });
});
