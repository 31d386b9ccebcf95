import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAesSecretBox } from "./provider.ts";

let folder: string;
let keyFile: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "trellis-box-"));
  keyFile = path.join(folder, "key");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the secret box", () => {
  it("gives every text back, and never the same sealed text twice", async () => {
    const box = await createAesSecretBox({ keyFile });
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (secret) => box.open(box.seal(secret)) === secret && box.seal(secret) !== box.seal(secret)));
    expect(box.seal("a secret")).not.toContain("secret");
  });

  it("keeps its key in a file that only its owner reads, and finds it again", async () => {
    const sealed = (await createAesSecretBox({ keyFile })).seal("x");
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect((await createAesSecretBox({ keyFile })).open(sealed)).toBe("x");
    expect(await readFile(keyFile, "utf8")).toHaveLength(44);
  });

  it("refuses what another key sealed, and what was changed since", async () => {
    const box = await createAesSecretBox({ keyFile });
    const other = await createAesSecretBox({ keyFile, key: randomBytes(32).toString("base64") });
    const sealed = box.seal("x");
    for (const wrong of [other.seal("x"), `${sealed.slice(0, -2)}${sealed.endsWith("AA") ? "BB" : "AA"}`, "", "v2.abc", "v1.", "v1.AAAA"])
      expect(() => box.open(wrong)).toThrow(expect.objectContaining({ code: "PRECONDITION_FAILED" }));
  });

  it("refuses a key of another length", async () => {
    await expect(createAesSecretBox({ keyFile, key: "c2hvcnQ=" })).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("TRELLIS_SECRET_KEY") as string,
    });
    await writeFile(keyFile, "broken");
    await expect(createAesSecretBox({ keyFile })).rejects.toMatchObject({ code: "INVALID", message: expect.stringContaining(keyFile) as string });
  });
});
