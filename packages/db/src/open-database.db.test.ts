import { once } from "node:events";
import net from "node:net";
import { describe, expect, it } from "vitest";
import { openDatabase } from "./open-database.ts";

describe("openDatabase", () => {
  it("says that the server cannot be reached, without repeating the password", async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The server has no port.");
    server.close();
    const failure = await openDatabase({ url: `postgres://me:hunter2@127.0.0.1:${address.port}/x` }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "UNAVAILABLE", isCoreError: true, message: expect.stringContaining("ECONNREFUSED") });
    expect(String(failure)).not.toContain("hunter2");
  });

  it("asks for a server or a folder", async () => {
    await expect(openDatabase({})).rejects.toMatchObject({ code: "INVALID" });
  });
});
