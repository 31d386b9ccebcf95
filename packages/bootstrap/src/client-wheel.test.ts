import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { buildClientWheel } from "./client-wheel.ts";

const run = promisify(execFile);

it("is a wheel that pip installs, with nothing else, and always the same", async () => {
  const wheel = await buildClientWheel();
  expect(Buffer.from((await buildClientWheel()).content).equals(Buffer.from(wheel.content))).toBe(true);
  const folder = await mkdtemp(path.join(tmpdir(), "client-wheel-"));
  try {
    const file = path.join(folder, wheel.fileName);
    await writeFile(file, wheel.content);
    const site = path.join(folder, "site");
    await run("python3", ["-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", "--target", site, file]);
    const code = "import trellis, importlib.metadata as m; print(trellis.__file__, m.version('trellis-client') == trellis.__version__, callable(trellis.run))";
    const { stdout } = await run("python3", ["-c", code], { env: { ...process.env, PYTHONPATH: site } });
    expect(stdout).toBe(`${path.join(site, "trellis", "__init__.py")} True True\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
