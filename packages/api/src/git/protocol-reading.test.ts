import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAccessToken } from "./access-token.ts";
import { parseCgiHead } from "./cgi-response.ts";
import { readGitRoute } from "./git-route.ts";
import { parsePush } from "./push-journal.ts";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("readAccessToken", () => {
  it.each([
    [basic("any:token"), "token"],
    [basic("any:to:ken"), "to:ken"],
    [basic("token:"), "token"],
    [basic("token"), "token"],
    ["Bearer token", "token"],
    ["bearer token", "token"],
    [basic(":"), null],
    ["Basic", null],
    ["Digest abc", null],
    ["", null],
    [undefined, null],
  ])("reads %j as %j", (header, token) => expect(readAccessToken(header)).toBe(token));
});

describe("readGitRoute", () => {
  const part = fc.constantFrom(
    "git",
    "projects",
    "one.git",
    "one",
    "..",
    ".",
    "%2e%2e",
    "info",
    "refs",
    "git-upload-pack",
    "git-receive-pack",
    "objects",
    "HEAD",
    "-x.git",
    "A.git",
    "",
  );
  const query = fc.constantFrom(
    "",
    "?service=git-upload-pack",
    "?service=git-receive-pack",
    "?service=git-upload-archive",
    "?service=git-upload-pack&service=git-receive-pack",
  );

  it("lets only the three addresses of smart HTTP pass, with the repository they name", () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), query, fc.constantFrom("GET", "POST", "PUT"), (parts, search, method) => {
        const contentType = "application/x-git-upload-pack-request";
        const route = readGitRoute(method, `/${parts.join("/")}${search}`, { contentType });
        if ("status" in route) return;
        const action = route.step === "advertise" ? `info/refs?service=${route.service}` : route.service;
        expect(`/${parts.join("/")}${route.step === "advertise" ? search : ""}`).toBe(`/git/${route.repository}.git/${action}`);
        expect(method).toBe(route.step === "advertise" ? "GET" : "POST");
      }),
      { numRuns: 3000 },
    );
  });

  it("takes a compressed body, and no other encoding", () => {
    const read = (contentEncoding: string) =>
      readGitRoute("POST", "/git/a/b.git/git-upload-pack", { contentType: "application/x-git-upload-pack-request", contentEncoding });
    expect(read("gzip")).toEqual({ repository: "a/b", service: "git-upload-pack", step: "exchange" });
    expect(read("br")).toMatchObject({ status: 415 });
  });
});

describe("parseCgiHead", () => {
  it("reads status and headers, and leaves the connection to the server", () => {
    expect(parseCgiHead("Status: 404 Not Found\r\nContent-Type: text/plain\r\nX: a: b\r\nConnection: close\r\nbroken")).toEqual({
      status: 404,
      headers: [
        ["content-type", "text/plain"],
        ["x", "a: b"],
      ],
    });
    expect(parseCgiHead("Content-Type: x").status).toBe(200);
  });
});

describe("parsePush", () => {
  const user = '{"id":"1","name":"Ada","email":"ada@example.org"}';
  const [zero, one] = ["0".repeat(40), "1".repeat(40)];

  it("reads pusher and updates", () => {
    expect(parsePush(`${user}\n${zero} ${one} refs/heads/a b\n${one} ${zero} refs/tags/v1\n`)).toEqual({
      user: { id: "1", name: "Ada", email: "ada@example.org" },
      updates: [
        { ref: "refs/heads/a b", before: null, after: one },
        { ref: "refs/tags/v1", before: one, after: null },
      ],
    });
  });

  it.each([
    "",
    "\n",
    `${user}\n`,
    `${user}\n${zero} ${one} refs/heads/a`,
    `${user}\n${zero} refs/heads/a\n`,
    `{}\n${zero} ${one} refs/heads/a\n`,
    `nonsense\n${zero} ${one} refs/heads/a\n`,
  ])("is null for %j", (text) => expect(parsePush(text)).toBeNull());
});
