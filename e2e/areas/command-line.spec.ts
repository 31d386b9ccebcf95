import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { spawn } from "node:child_process";
import { expect, test } from "@playwright/test";
import { PortalProcess, ROOT } from "../support/portal-process.ts";
import { rest } from "../support/rest.ts";

const ADMINISTRATOR = { TRELLIS_ADMIN_EMAIL: "ada@example.org", TRELLIS_ADMIN_PASSWORD: "correct horse battery" };

type Result = { exitCode: number; output: string };

/** The `trellis` of a person: its own folder of credentials. */
function terminal(url: string, home: string): (args: string[], input?: string) => Promise<Result> {
  return (args, input = "") =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [path.join(ROOT, "apps/cli/bin/trellis.mjs"), ...args], {
        env: { ...process.env, XDG_CONFIG_HOME: home, TRELLIS_URL: url },
      });
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.on("error", reject);
      child.on("close", (code) => resolve({ exitCode: code ?? 1, output }));
      child.stdin.end(input);
    });
}

/** The commands of the first code block of docs/command-line.md, without `npx trellis`. */
async function documentedCommands(): Promise<string[][]> {
  const text = await readFile(path.join(ROOT, "docs/command-line.md"), "utf8");
  const block = /```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
  return block
    .trim()
    .split("\n")
    .map((line) => line.replace(/^npx trellis /, "").split(" "));
}

test("the loop from the terminal, by the commands of the documentation", async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), "trellis-cli-"));
  const portal = await PortalProcess.create(ADMINISTRATOR);
  try {
    await portal.start();
    const ada = terminal(portal.url, path.join(home, "ada"));
    const rao = terminal(portal.url, path.join(home, "rao"));

    const refused = await ada(["whoami"]);
    expect(refused).toMatchObject({ exitCode: 3, output: expect.stringContaining("trellis login") });
    const wrong = await ada(["login", "--email", ADMINISTRATOR.TRELLIS_ADMIN_EMAIL, "--password-stdin"], "not the password");
    expect(wrong).toMatchObject({ exitCode: 3, output: expect.stringContaining("E-mail or password is wrong") });

    for (const [command = "", ...args] of await documentedCommands()) {
      const isLogin = command === "login";
      const given = isLogin ? ["login", "--email", ADMINISTRATOR.TRELLIS_ADMIN_EMAIL, "--password-stdin"] : [command, ...args];
      const { exitCode, output } = await ada(given, isLogin ? ADMINISTRATOR.TRELLIS_ADMIN_PASSWORD : "");
      expect(exitCode, `trellis ${given.join(" ")}\n${output}`).toBe(0);
    }

    expect((await ada(["create", "flight-delays"])).output).toContain("exists already");
    expect((await ada(["run", "flight-delays", "train", "-p", "max_depth=many"])).output).toContain("max_depth");
    expect(await ada(["approve", "CR-1"])).toMatchObject({ exitCode: 3, output: expect.stringContaining("someone else") });

    const { token } = JSON.parse(await readFile(path.join(home, "ada/trellis/credentials.json"), "utf8")) as { token: string };
    const invitation = await rest<{ token: string }>(portal.url, token, "POST", "/invitations", { email: "rao@example.org", role: "approver" });
    const accepted = await fetch(`${portal.url}/api/trpc/identity.acceptInvitation`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ json: { token: invitation.token, name: "Rao", password: "a long enough password" } }),
    });
    expect(accepted.status).toBe(200);
    await rao(["login", "--email", "rao@example.org", "--password-stdin"], "a long enough password");
    expect((await rao(["approvals"])).output).toContain("CR-1");
    expect(await rao(["approve", "CR-1"])).toMatchObject({ exitCode: 0 });
    await expect.poll(async () => (await ada(["status"])).output, { timeout: 120_000 }).toContain("healthy");
  } finally {
    await portal.remove();
    await rm(home, { recursive: true, force: true });
  }
});
