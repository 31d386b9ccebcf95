import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStaticFiles } from "./static-files.ts";

let folder: string;
let server: Server;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "trellis-static-"));
  await mkdir(path.join(folder, "chunks"));
  await writeFile(path.join(folder, "chunks/a.js"), "let a");
  await writeFile(path.join(folder, "chunks/a.js.br"), brotliCompressSync("let a"));
  const files = await openStaticFiles(folder);
  server = createServer((incoming, response) => {
    if (!files(incoming, response)) response.writeHead(418).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function ask(url: string, encoding: string, method = "GET"): Promise<{ status: number; encoding: string | undefined; bytes: Buffer }> {
  const outgoing = request({ port: (server.address() as AddressInfo).port, path: url, method, headers: { "accept-encoding": encoding } }).end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, encoding: response.headers["content-encoding"], bytes: Buffer.concat(chunks) };
}

test("a browser that takes Brotli gets the form that the build made", async () => {
  const url = "/_next/static/chunks/a.js";
  for (const encoding of ["gzip, br", "br;q=0.5", "BR"])
    expect(await ask(url, encoding)).toEqual({ status: 200, encoding: "br", bytes: brotliCompressSync("let a") });
  expect(await ask(`${url}?v=1`, "br", "HEAD")).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
});

test("everything else is left to the next door", async () => {
  const asked = await Promise.all([
    ask("/_next/static/chunks/a.js", "gzip"),
    ask("/_next/static/chunks/a.js", "gzip, br;q=0"),
    ask("/_next/static/chunks/a.js.br", "br"),
    ask("/_next/static/chunks/../chunks/b.js", "br"),
    ask("/_next/static/chunks/a.js", "br", "POST"),
  ]);
  expect(asked.map(({ status }) => status)).toEqual([418, 418, 418, 418, 418]);
});
