import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeNumber, type Manifest, manifestPath, parseManifest, renderManifest } from "./manifest.ts";

const MANIFEST: Manifest = {
  kind: "Deployment",
  name: "flight-delays-production",
  project: "flight-delays",
  model: { name: "flight-delays", version: 3, digest: `sha256:${"0f".repeat(32)}` },
  serving: { runtime: "python", replicas: 1 },
  change: "CR-12",
};
const FILE = "production/flight-delays-production.yaml";

function fault(text: string) {
  try {
    parseManifest(text, FILE);
  } catch (error) {
    return error as { code: string; message: string; issues: { line: number; path?: string; message: string }[] };
  }
  throw new Error("It was accepted.");
}

describe("renderManifest", () => {
  it("writes a field a line", () => {
    expect(renderManifest(MANIFEST)).toBe(`kind: Deployment
name: flight-delays-production
project: flight-delays
model:
  name: flight-delays
  version: 3
  digest: "sha256:${"0f".repeat(32)}"
serving:
  runtime: python
  replicas: 1
change: CR-12
`);
  });

  it("changes only the lines that say something else", () => {
    const [before, after] = [renderManifest(MANIFEST), renderManifest({ ...MANIFEST, change: "CR-13", model: { ...MANIFEST.model, version: 4 } })].map((text) =>
      text.split("\n"),
    );
    expect(after?.filter((line, at) => line !== before?.[at])).toEqual(["  version: 4", "change: CR-13"]);
  });

  it("reads back whatever it writes, also names that YAML takes for something else", () => {
    const slug = fc.oneof(fc.constantFrom("true", "null", "no", "1", "1e3", "0x10", "on"), fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}[a-z0-9]$/));
    const manifest = fc.record({
      name: slug,
      project: slug,
      model: slug,
      version: fc.integer({ min: 1, max: 1e9 }),
      hex: fc.stringMatching(/^[0-9a-f]{64}$/),
      change: fc.integer({ min: 1, max: 1e6 }),
    });
    fc.assert(
      fc.property(manifest, ({ name, project, model, version, hex, change }) => {
        const whole: Manifest = { ...MANIFEST, name, project, model: { name: model, version, digest: `sha256:${hex}` }, change: `CR-${change}` };
        expect(parseManifest(renderManifest(whole), FILE)).toEqual(whole);
      }),
    );
  });
});

describe("parseManifest", () => {
  const text = renderManifest(MANIFEST);

  it.each([
    ["a missing field", text.replace("project: flight-delays\n", ""), "project", 1],
    ["a version that is a text", text.replace("version: 3", "version: three"), "model.version", 6],
    ["a version of 0", text.replace("version: 3", "version: 0"), "model.version", 6],
    ["a digest of another kind", text.replace("sha256:0f", "md5:0f"), "model.digest", 7],
    ["two replicas", text.replace("replicas: 1", "replicas: 2"), "serving.replicas", 10],
    ["a field that nobody knows", text.replace("  replicas: 1\n", "  replicas: 1\n  memory: 4Gi\n"), "serving.memory", 11],
    ["another kind", text.replace("kind: Deployment", "kind: Pod"), "kind", 1],
    ["a change that is no request", text.replace("CR-12", "12"), "change", 11],
  ])("names file, line and field of %s", (_, broken, path, line) => {
    const { code, message, issues } = fault(broken);
    expect(code).toBe("INVALID");
    expect(issues).toMatchObject([{ file: FILE, path, line }]);
    expect(message).toMatch(`${FILE}:${line}: ${path}: `);
  });

  it.each([
    ["broken YAML", "kind: [", 1],
    ["a key twice", `${text}change: CR-13\n`, 12],
    ["a list", "- a\n", 1],
    ["nothing", "", 1],
  ])("names file and line of %s", (_, broken, line) => expect(fault(broken)).toMatchObject({ code: "INVALID", issues: [{ file: FILE, line }] }));

  it("follows no alias, which could expand without end", () => {
    expect(fault("a: &a [x]\nb: [*a, *a]\n")).toMatchObject({ code: "INVALID", issues: [{ file: FILE, line: 2, column: 5 }] });
  });

  it("never fails otherwise than with INVALID", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((tail) => text + tail),
          fc.nat(text.length).map((cut) => text.slice(0, cut)),
          fc.constant("a: &a [x]\nb: [*a, *a]\n"),
        ),
        (any) => {
          try {
            parseManifest(any, FILE);
          } catch (error) {
            expect(error).toMatchObject({ code: "INVALID" });
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

it("a manifest lies in the folder of its environment and names its request", () => {
  expect(manifestPath("production", "flight-delays-production")).toBe(FILE);
  expect(changeNumber(MANIFEST)).toBe(12);
});
