import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { ACCOUNT, freePort, ROOT } from "../portal/open-portal.ts";
import { clientOf, type TrackingServer } from "./tracking-server.ts";

/** Starts Trellis without pages on an empty folder, with the database of this address or, without one, the embedded. */
export async function openTrellis(folder: string, databaseUrl: string | null): Promise<TrackingServer> {
  const port = await freePort();
  const child = fork(path.join(import.meta.dirname, "serve-trellis.ts"), {
    cwd: ROOT,
    env: {
      ...process.env,
      ...{ PORT: String(port), HOST: "127.0.0.1", TRELLIS_DATA: folder, DATABASE_URL: databaseUrl ?? "" },
      ...{ TRELLIS_ADMIN_EMAIL: ACCOUNT.email, TRELLIS_ADMIN_PASSWORD: ACCOUNT.password },
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await Promise.race([once(child, "message"), once(child, "exit").then(() => Promise.reject(new Error("Trellis did not start.")))]);
  const url = `http://127.0.0.1:${port}`;
  const login = await fetch(`${url}/api/v1/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...ACCOUNT, tokenName: "bench" }),
  });
  const { token } = (await login.json()) as { token: string };
  return {
    url,
    token,
    pid: child.pid ?? 0,
    async sql(text) {
      child.send(text);
      const [answer] = (await once(child, "message")) as [{ rows?: Record<string, unknown>[]; error?: string }];
      if (!answer.rows) throw new Error(answer.error);
      return answer.rows;
    },
    ask: clientOf(url, token),
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}
