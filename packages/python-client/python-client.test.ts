import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const FOLDER = import.meta.dirname;
const environment = { ...process.env, PYTHONPATH: path.join(FOLDER, "src"), PYTHONDONTWRITEBYTECODE: "1" };

describe("the Python client", () => {
  it("passes its own tests, and leaves no socket or file open", async () => {
    const { stderr } = await run("python3", ["-W", "error::ResourceWarning", "-m", "unittest", "discover", "-s", "tests"], { cwd: FOLDER, env: environment });
    expect(stderr).toMatch(/Ran (?:[3-9]\d|\d{3,}) tests/);
    expect(stderr).toMatch(/\nOK\n$/);
  });

  it("imports nothing but the standard library", async () => {
    // -S leaves out every installed package.
    const modules = (await readdir(path.join(FOLDER, "src/trellis"))).filter((name) => name.endsWith(".py")).map((name) => `trellis.${name.slice(0, -3)}`);
    const { stdout } = await run("python3", ["-S", "-c", `import ${modules.filter((name) => name !== "trellis.__init__").join(", ")}; print("imported")`], {
      env: environment,
    });
    expect(stdout).toBe("imported\n");
  });

  it("works the same when it is copied elsewhere, as a plain folder on the path", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "python client-"));
    try {
      const code = "import trellis; trellis.log_metric('auc', 0.5, 3); print(trellis.parameters({'depth': 6}))";
      const { stdout } = await run("python3", ["-c", code], { cwd: folder, env: { ...environment, TRELLIS_OUTPUT: "", TRELLIS_PARAMETERS: "" } });
      expect(stdout).toBe("[3] auc=0.5\n{'depth': 6}\n");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
