import type { Hono } from "hono";
import type { ApiServices } from "../services.ts";

/**
 * `GET /api/v1/python`: the file name of the Python client; `GET /api/v1/python/<file name>`: the wheel, for
 * `pip install <portal>/api/v1/python/<file name>`. Open to everybody: it holds nothing of this portal.
 */
export function addClientPackage(door: Hono, services: Pick<ApiServices, "clientPackage">): void {
  door.get("/v1/python", async (c) => c.json({ fileName: (await services.clientPackage()).fileName }));
  door.get("/v1/python/:fileName", async (c) => {
    const { fileName, content } = await services.clientPackage();
    if (c.req.param("fileName") !== fileName) return c.json({ error: { code: "NOT_FOUND", message: `This portal has ${fileName}.`, issues: [] } }, 404);
    return new Response(new Uint8Array(content), {
      headers: { "content-type": "application/zip", "content-length": String(content.length), "x-content-type-options": "nosniff" },
    });
  });
}
