import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { PortalProcess, ROOT } from "../support/portal-process.ts";
import { login, rest } from "../support/rest.ts";
import { runProgram } from "../support/run-program.ts";

const ADMINISTRATOR = { TRELLIS_ADMIN_EMAIL: "ada@example.org", TRELLIS_ADMIN_PASSWORD: "correct horse battery" };
/** Runs a notebook as Jupyter does, in a kernel of its own. */
const JUPYTER = ["ipykernel==7.4.0", "nbclient==0.11.0"];

/** The code blocks of docs/notebooks.md in one language. */
async function documentedCode(language: "sh" | "python"): Promise<string[]> {
  const text = await readFile(path.join(ROOT, "docs/notebooks.md"), "utf8");
  return [...text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map((match) => match[1]?.trim() ?? "");
}

async function runOrFail(...program: Parameters<typeof runProgram>): Promise<void> {
  const { exitCode, output } = await runProgram(...program);
  expect(exitCode, output).toBe(0);
}

type Notebook = { cells: { outputs?: { output_type: string; text?: string; data?: Record<string, string> }[] }[] };

test("a notebook starts a pipeline and shows its progress, by the cells of the documentation", async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), "trellis-notebook-"));
  const portal = await PortalProcess.create(ADMINISTRATOR);
  try {
    await portal.start();
    const token = await login(portal.url, ADMINISTRATOR.TRELLIS_ADMIN_EMAIL, ADMINISTRATOR.TRELLIS_ADMIN_PASSWORD);
    const signedIn = { TRELLIS_URL: portal.url, TRELLIS_TOKEN: token };
    await runOrFail(process.execPath, [path.join(ROOT, "apps/cli/bin/trellis.mjs"), "create", "flight-delays"], { env: signedIn });

    const python = path.join(home, "env/bin/python");
    const uv = process.env.UV ?? "uv";
    await runOrFail(uv, ["venv", "--quiet", "--python", "python3", path.join(home, "env")]);
    const [install = ""] = await documentedCode("sh");
    const wheel = install.replace("pip install ", "").replace("http://localhost:3000", portal.url);
    await runOrFail(uv, ["pip", "install", "--quiet", "--python", python, ...JUPYTER, wheel]);

    const cells = (await documentedCode("python")).map((source) => ({
      cell_type: "code",
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
      id: source.slice(0, 6).replaceAll(/\W/g, "x"),
    }));
    const file = path.join(home, "notebook.ipynb");
    await writeFile(file, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const execute =
      "import nbclient, nbformat, sys; book = nbformat.read(sys.argv[1], 4); nbclient.NotebookClient(book, timeout=600).execute(); nbformat.write(book, sys.argv[1])";
    await runOrFail(python, ["-c", execute, file], { env: { ...signedIn, IPYTHONDIR: path.join(home, "ipython") }, cwd: home });

    const executed = JSON.parse(await readFile(file, "utf8")) as Notebook;
    const [first, second] = executed.cells;
    const shown = [...(first?.outputs ?? []), ...(second?.outputs ?? [])].map((output) => String(output.data?.["text/html"] ?? ""));
    expect(shown.join("\n")).toContain("/projects/flight-delays/runs/2");
    expect(shown.at(-1) || shown.at(-2)).toMatch(/succeeded.*evaluate.*auc = 0\.\d/s);
    expect(second?.outputs?.map((output) => output.text ?? "").join("")).toMatch(/^succeeded \['flight-delays \d+'\] 0\.\d+\n$/);

    const run = await rest<{ status: string; parameters: Record<string, unknown> }>(portal.url, token, "GET", "/run?project=flight-delays&number=2");
    expect(run).toMatchObject({ status: "succeeded", parameters: { max_depth: 4 } });
  } finally {
    await portal.remove();
    await rm(home, { recursive: true, force: true });
  }
});
